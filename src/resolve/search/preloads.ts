import type { SeenFiles } from "./files.js";
import type { LoaderOptions } from "./options.js";
import type { LoaderRules } from "../tree.js";

/** A system-wide list that glibc reads, and musl does not (ld.so(8), "FILES"). */
const PRELOAD_FILE = "/etc/ld.so.preload";

/** The names to preload, in order. In secure mode musl takes none, and glibc none with a slash. */
export function preloadsOf(rules: LoaderRules, files: SeenFiles, { env, secure }: LoaderOptions): string[] {
  const list = env?.LD_PRELOAD ?? "";
  if (rules === "musl") return secure ? [] : words(list, /[\s:]+/);
  const file = (files.text(PRELOAD_FILE) ?? "").replace(/#[^\n]*/g, " ");
  return [...words(list, /[ :]+/).filter((n) => !secure || !n.includes("/")), ...words(file, /[: \t\n]+/)];
}

const words = (text: string, between: RegExp): string[] => text.split(between).filter((w) => w !== "");
