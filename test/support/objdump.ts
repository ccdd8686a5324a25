import { compareVersions } from "../../src/spec/version-names.js";
import { must } from "./run.js";

/**
 * What `objdump -T` says that a file needs: the highest version of each family that an undefined symbol, or a variable
 * copied from a library, is bound to.
 */
export interface Needed {
  /** `GLIBC` to `2.34`. */
  readonly highest: Readonly<Record<string, string>>;
  /** Symbols by the whole version's name. */
  readonly symbols: Readonly<Record<string, readonly string[]>>;
  /** Versions that are needed although no symbol is bound to them. */
  readonly unbound: readonly string[];
}

const FAMILY = /^(GLIBC|GLIBCXX|CXXABI|GCC)_(\d[\d.]*)$/;

/**
 * Reads `objdump -T` and `-p`. Versions whose needs are weak (flags 0x02) do not count where only weak symbols are
 * bound to them; GLIBC_ABI_DT_RELR, to which no symbol is bound, stands for 2.36.
 *
 * @param objdump one that knows the file's machine
 */
export function objdumpNeeds(path: string, objdump = "objdump"): Needed {
  const text = must(objdump, ["-T", path]);
  const headers = must(objdump, ["-p", path]);
  const highest: Record<string, string> = {};
  const symbols: Record<string, string[]> = {};
  const references = headers.slice(
    headers.indexOf("Version References:") < 0 ? headers.length : headers.indexOf("Version References:"),
  );
  const weak = new Set([...references.matchAll(/^ +0x[0-9a-f]+ 0x02 \d+ (\S+)$/gm)].map((m) => m[1]!));
  const needed = new Set([...references.matchAll(/^ +0x[0-9a-f]+ 0x[0-9a-f]+ \d+ (\S+)$/gm)].map((m) => m[1]!));
  const definitions = headers.slice(
    headers.indexOf("Version definitions:") < 0 ? headers.length : headers.indexOf("Version definitions:"),
    references.length > 0 ? headers.indexOf("Version References:") : undefined,
  );
  const defined = new Set([...definitions.matchAll(/^\d+ 0x[0-9a-f]+ 0x[0-9a-f]+ (\S+)/gm)].map((m) => m[1]!));
  const count = (family: string, v: string) => {
    if (highest[family] === undefined || compareVersions(v, highest[family]) > 0) highest[family] = v;
  };
  if (needed.has("GLIBC_ABI_DT_RELR")) count("GLIBC", "2.36");

  for (const line of text.split("\n")) {
    // address, flags of 7 columns, section, size, version (in parentheses where it is not the default), name
    const m =
      /^[0-9a-f]+ (.{7}) (\S+)\t[0-9a-f]+ +(?:0x[0-9a-f]+ )?\(?([^\s()]+)\)? +(?:\.\w+ |0x[0-9a-f]+ )?(\S+)$/.exec(
        line,
      );
    if (!m) continue;

    const [, flags, section, version, name] = m;
    const family = FAMILY.exec(version!);
    const isUndefined = section === "*UND*";
    // "Base" is objdump's word for no version, and libdevmapper's for one.
    if (version === "Base" || !needed.has(version!) || (!isUndefined && defined.has(version!))) continue;

    (symbols[version!] ??= []).push(name!);
    if (!family || (weak.has(version!) && flags!.includes("w"))) continue;
    count(family[1]!, family[2]!);
  }

  for (const names of Object.values(symbols)) names.sort();
  const bound = new Set(Object.keys(symbols));
  return { highest, symbols, unbound: [...needed].filter((v) => v !== "Base" && !bound.has(v)) };
}
