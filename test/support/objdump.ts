import { compareVersions } from "../../src/spec/version-names.js";
import { must } from "./run.js";

/** What a file needs according to `objdump -T`. */
export interface Needed {
  /**
   * The highest version of each family (`GLIBC` to `2.34`) that an undefined symbol, or a variable copied from a
   * library, is bound to.
   */
  readonly highest: Readonly<Record<string, string>>;
  /** Symbols by the whole name of their version. */
  readonly symbols: Readonly<Record<string, readonly string[]>>;
  /** Versions that are needed although no symbol is bound to them. */
  readonly unbound: readonly string[];
}

const FAMILY = /^(GLIBC|GLIBCXX|CXXABI|GCC)_(\d[\d.]*)$/;

// Address, flags in 7 columns, section, size, version (in parentheses where it is not the default), name.
const SYMBOL = /^[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+ +(?:0x[0-9a-f]+ )?\(?([^\s()]+)\)? +(?:\.\w+ |0x[0-9a-f]+ )?(\S+)$/;

/** The versions of a file by what `objdump -p` says of them. */
interface Versions {
  readonly needed: ReadonlySet<string>;
  /** Needed with VER_FLG_WEAK. */
  readonly weak: ReadonlySet<string>;
  readonly defined: ReadonlySet<string>;
}

function readVersions(headers: string): Versions {
  const placeOf = (title: string) => (headers.includes(title) ? headers.indexOf(title) : headers.length);
  const referencesAt = placeOf("Version References:");
  const references = headers.slice(referencesAt);
  const definitions = headers.slice(placeOf("Version definitions:"), referencesAt);

  const names = (text: string, row: RegExp) => new Set([...text.matchAll(row)].map((m) => m[1]!));
  return {
    needed: names(references, /^ +0x[0-9a-f]+ 0x[0-9a-f]+ \d+ (\S+)$/gm),
    weak: names(references, /^ +0x[0-9a-f]+ 0x02 \d+ (\S+)$/gm),
    defined: names(definitions, /^\d+ 0x[0-9a-f]+ 0x[0-9a-f]+ (\S+)/gm),
  };
}

/**
 * Reads `objdump -T` and `-p`. A version whose need is weak (flags 0x02) does not count where only weak symbols are
 * bound to it. GLIBC_ABI_DT_RELR, to which no symbol is bound, stands for 2.36.
 *
 * @param objdump one that knows the file's machine
 */
export function objdumpNeeds(path: string, objdump = "objdump"): Needed {
  const text = must(objdump, ["-T", path]);
  const { needed, weak, defined } = readVersions(must(objdump, ["-p", path]));
  const highest: Record<string, string> = {};
  const symbols: Record<string, string[]> = {};

  const count = (family: string, version: string) => {
    const known = highest[family];
    if (known === undefined || compareVersions(version, known) > 0) highest[family] = version;
  };
  if (needed.has("GLIBC_ABI_DT_RELR")) count("GLIBC", "2.36");

  for (const line of text.split("\n")) {
    const row = SYMBOL.exec(line);
    if (!row) continue;

    const [flags, section, version, name] = row.slice(1) as [string, string, string, string];
    // "Base" is objdump's word for no version, and libdevmapper's for one.
    if (version === "Base" || !needed.has(version)) continue;
    if (section !== "*UND*" && defined.has(version)) continue;

    (symbols[version] ??= []).push(name);
    const family = FAMILY.exec(version);
    const isWeak = weak.has(version) && flags.includes("w");
    if (family && !isWeak) count(family[1]!, family[2]!);
  }

  for (const names of Object.values(symbols)) names.sort();
  const bound = new Set(Object.keys(symbols));
  return { highest, symbols, unbound: [...needed].filter((v) => v !== "Base" && !bound.has(v)) };
}
