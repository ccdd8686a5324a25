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

function optionsOf(flags: Flags): ResolveFileLibrariesOptions {
  const target = text(flags["target"]);
  const sysroot = text(flags["sysroot"]);
  if (target !== undefined && target !== "host") {
    throw new UsageError(
      `--target takes host, not ${JSON.stringify(target)}; another system is named by --sysroot DIR`,
    );
  }
  if (target !== undefined && sysroot !== undefined) {
    throw new UsageError("--target host and --sysroot contradict each other");
  }

  // A program on this system would have this environment. That of another system is not known.
  const env = sysroot === undefined ? process.env : {};
  const hwcaps = text(flags["hwcaps"])?.split(/[:,]/);
  return {
    sysroot,
    rules: rulesOf(text(flags["rules"])),
    env: {
      LD_LIBRARY_PATH: text(flags["library-path"]) ?? env["LD_LIBRARY_PATH"],
      LD_PRELOAD: text(flags["preload"]) ?? env["LD_PRELOAD"],
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

function textOf(entry: Entry, flags: Flags): string {
  const name = text(flags["why"]);
  if (name !== undefined) return whyText(entry, name);

  const tree = flags["list"] === true ? listText(entry) : treeText(entry, flags["tried"] === true);
  return asksForSymbols(flags) ? tree + symbolText(entry) : tree;
}

export const resolveVerb: Verb = {
  name: "resolve",
  help: `usage: elfwright resolve [OPTIONS] FILE…

Prints the tree of libraries that glibc's ld.so or musl's loader would map for each file. The file
may be for any machine. A missing library is shown with the places where it was looked for, and
makes the exit code 1. What a program loads by dlopen() is not known.
  --sysroot DIR        take DIR for /: its directories, links, ld.so.cache and settings; FILE is in
                       DIR, or resolved as if it were
  --target host        this system; the default
  --rules RULES        glibc or musl; default: auto, by the file and the system
  --library-path PATH  LD_LIBRARY_PATH; default: that of the environment, or none with --sysroot
  --preload LIST       LD_PRELOAD; default: likewise
  --inhibit-cache      without ld.so.cache
  --hwcaps LEVEL       the best subdirectory of glibc-hwcaps that the processor can use, such as
                       x86-64-v3, or all of them, joined by commas; default: those of this
                       processor, if the file is for its machine
  --platform NAME      what $PLATFORM stands for
  --secure             as for a set-user-ID program; the default for a file with that bit
  --tried              show all places that were looked at, for libraries that were found too
  --list               a flat list, as ldd prints it
  --why NAME           show only who needs this library, named by its name, DT_SONAME or path
${symbolHelp}
  --json               an array of trees (see docs/json.md)`,
  usageCode: USAGE,
  async run(args) {
    const { files, flags } = parseReadArguments(args, FLAGS);
    const options = optionsOf(flags);
    const entryOf = (file: string): Entry =>
      withTree(file, options, (tree) => ({
        ...resolveEntry(file, tree, text(flags["why"])),
        ...(asksForSymbols(flags) && symbolEntry(tree, flags)),
      }));

    // A tree begins with the name of its file. Lists and ways do not.
    const hasHeading = files.length > 1 && (flags["list"] === true || flags["why"] !== undefined);
    const printEntry = (entry: Entry): void => {
      const heading = hasHeading ? `${entry.file}:\n` : "";
      print(heading + textOf(entry, flags));
    };

    const { results, failed } = await eachFile(files, flags["json"] === true, entryOf, printEntry);
    const incomplete = results.some((entry) => entry.missing.length > 0 || isUnbound(entry));
    return failed || incomplete ? REFUSED : OK;
  },
};
