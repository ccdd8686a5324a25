import type { SeenFiles } from "./files.js";
import type { LoaderOptions } from "./options.js";
import type { LoaderRules } from "../tree.js";

/** A list for the whole system, which glibc reads and musl does not (ld.so(8), "FILES"). */
const PRELOAD_FILE = "/etc/ld.so.preload";

/** The names to preload, in order. In secure mode, musl takes none of LD_PRELOAD, and glibc none with a slash. */
export function preloadsOf(rules: LoaderRules, files: SeenFiles, { env, secure }: LoaderOptions): string[] {
  const variable = env?.LD_PRELOAD ?? "";
  if (rules === "musl") return secure ? [] : words(variable, /[\s:]+/);

  const fromVariable = words(variable, /[ :]+/).filter((name) => !secure || !name.includes("/"));
  const file = (files.text(PRELOAD_FILE) ?? "").replace(/#[^\n]*/g, " ");
  return [...fromVariable, ...words(file, /[: \t\n]+/)];
}

const words = (text: string, between: RegExp): string[] => text.split(between).filter((w) => w !== "");
