import { type OpenLibraryTree, resolveFileLibraries, type ResolveFileLibrariesOptions } from "../../node/resolve.js";
import { eachFile, OK, print, REFUSED, USAGE, UsageError, type Verb } from "../command.js";
import { parseReadArguments } from "../read-files.js";
import { resolveEntry, type ResolveEntry } from "./resolve-entry.js";
import {
  asksForSymbols,
  isUnbound,
  symbolEntry,
  type SymbolEntry,
  symbolFlags,
  symbolHelp,
  symbolText,
} from "./resolve-symbols.js";
import { listText, treeText, whyText } from "./resolve-text.js";

const FLAGS = {
  json: { type: "boolean" },
  list: { type: "boolean" },
  tried: { type: "boolean" },
  why: { type: "string" },
  sysroot: { type: "string" },
  target: { type: "string" },
  rules: { type: "string" },
  "library-path": { type: "string" },
  preload: { type: "string" },
  "inhibit-cache": { type: "boolean" },
  hwcaps: { type: "string" },
  platform: { type: "string" },
  secure: { type: "boolean" },
  ...symbolFlags,
} as const;
type Flags = Record<string, boolean | string>;

const text = (value: boolean | string | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

function rulesOf(value: string | undefined): ResolveFileLibrariesOptions["rules"] {
  if (value === undefined || value === "auto" || value === "glibc" || value === "musl") return value;
  throw new UsageError(`--rules takes auto, glibc or musl, not ${JSON.stringify(value)}`);
}

/** A program that is resolved for this system would get this environment too; for another one it is not known. */
function optionsOf(flags: Flags): ResolveFileLibrariesOptions {
  const target = text(flags["target"]);
  const sysroot = text(flags["sysroot"]);
  const hwcaps = text(flags["hwcaps"])?.split(/[:,]/);

  if (target !== undefined && target !== "host") {
    throw new UsageError(
      `--target takes host, not ${JSON.stringify(target)}; another system is named by --sysroot DIR`,
    );
  }
  if (target !== undefined && sysroot !== undefined) {
    throw new UsageError("--target host and --sysroot contradict each other");
  }

  const own = sysroot === undefined ? process.env : {};
  return {
    sysroot,
    rules: rulesOf(text(flags["rules"])),
    env: {
      LD_LIBRARY_PATH: text(flags["library-path"]) ?? own["LD_LIBRARY_PATH"],
      LD_PRELOAD: text(flags["preload"]) ?? own["LD_PRELOAD"],
    },
    cache: flags["inhibit-cache"] === true ? "ignore" : undefined,
    platform: text(flags["platform"]),
    secure: flags["secure"] === true ? true : undefined,
    hwcaps: hwcaps && (hwcaps.length === 1 ? hwcaps[0] : hwcaps),
  };
}

function withTree<T>(file: string, options: ResolveFileLibrariesOptions, work: (tree: OpenLibraryTree) => T): T {
  const tree = resolveFileLibraries(file, options);
  try {
    return work(tree);
  } finally {
    tree.close();
  }
}

type Entry = ResolveEntry & SymbolEntry;

function printed(e: Entry, flags: Flags): string {
  const name = text(flags["why"]);
  if (name !== undefined) return whyText(e, name);
  const tree = flags["list"] === true ? listText(e) : treeText(e, flags["tried"] === true);
  return asksForSymbols(flags) ? `${tree}${symbolText(e)}` : tree;
}

export const resolveVerb: Verb = {
  name: "resolve",
  help: `usage: elfwright resolve [OPTIONS] FILE…

Prints the tree of libraries that glibc's ld.so or musl's loader would map for each file of any machine. A missing library
is shown with the places where it was looked for, and makes the exit code 1. What a program loads by dlopen() is not known.
  --sysroot DIR        take DIR for /: its directories, links, ld.so.cache and settings. FILE is in there, or put there
  --target host        this system; the default
  --rules RULES        glibc or musl; default: auto, by the file and the system
  --library-path PATH  LD_LIBRARY_PATH. Default: the environment's, with --sysroot none
  --preload LIST       LD_PRELOAD, likewise
  --inhibit-cache      without ld.so.cache
  --hwcaps LEVEL       the best subdirectory of glibc-hwcaps that the processor can use, or all, joined by commas: x86-64-v3.
                       Default: those of this processor, if the file is for its machine
  --platform NAME      what $PLATFORM stands for
  --secure             as for a set-user-ID program; the default for a file with that bit
  --tried              all places that were looked at, also for what was found
  --list               a flat list, as ldd prints it
  --why NAME           only who needs this library: by its name, DT_SONAME or path
${symbolHelp}
  --json               an array of trees (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parseReadArguments(args, FLAGS);
    const options = optionsOf(flags);
    const json = flags["json"] === true;
    const entry = (file: string): Entry =>
      withTree(file, options, (tree) => ({
        ...resolveEntry(file, tree, text(flags["why"])),
        ...(asksForSymbols(flags) && symbolEntry(tree, flags)),
      }));
    const heading = (e: Entry) =>
      files.length > 1 && (flags["list"] === true || flags["why"] !== undefined) ? `${e.file}:\n` : "";
    const { results, failed } = eachFile(files, json, entry, (e) => print(`${heading(e)}${printed(e, flags)}`));

    return failed || results.some((r) => r.missing.length > 0 || isUnbound(r)) ? REFUSED : OK;
  },
};
