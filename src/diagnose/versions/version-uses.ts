import { nameAt, NameBudget } from "../../image/strings.js";
import { symbolVersions } from "../../image/dynamic/versions.js";
import { SHN, VER_FLG } from "../../spec/constants.js";
import { parseVersionName, type VersionName } from "../../spec/version-names.js";
import type { DiagnosedSubject } from "../subject.js";

/** A version that a file needs of a library, and what for. */
export interface VersionUse extends VersionName {
  readonly library: string;
  /** The whole name: `GLIBC_2.34`. */
  readonly name: string;
  /** The symbols bound to it, in order of their names; empty where only the version itself is needed. */
  readonly symbols: readonly string[];
  /** The loader goes on without it: VER_FLG_WEAK, and no symbol that it would have to find there. */
  readonly weak: boolean;
}

/**
 * The versions of .gnu.version_r with their symbols by .gnu.version, both found through PT_DYNAMIC. Variables that were
 * copied into the program (copy relocations) count: they are defined there, yet their version is one that is needed.
 *
 * @throws ElfError `MALFORMED`, `TRUNCATED`
 */
export function versionUses(s: DiagnosedSubject): VersionUse[] {
  const needs = s.hasContents ? s.elf.versionNeeds : [];
  if (needs.length === 0) return [];

  const bound = symbolsByNeed(s);
  const uses = new Map<string, { library: string; name: string; flagged: boolean }>();
  for (const { file, versions } of needs) {
    for (const { name, flags } of versions) {
      const key = `${file} ${name}`;
      const before = uses.get(key);
      uses.set(key, { library: file, name, flagged: (before?.flagged ?? true) && (flags & VER_FLG.WEAK) !== 0 });
    }
  }

  return [...uses].map(([key, { library, name, flagged }]) => {
    const { strong = [], weak = [] } = bound.get(key) ?? {};
    return {
      ...parseVersionName(name),
      library,
      name,
      symbols: [...new Set([...strong, ...weak])].sort(),
      weak: flagged && strong.length === 0,
    };
  });
}

/** Uses by the library that they are of. */
export function byLibrary(uses: readonly VersionUse[]): Map<string, VersionUse[]> {
  const out = new Map<string, VersionUse[]>();
  for (const u of uses) if (!out.get(u.library)?.push(u)) out.set(u.library, [u]);
  return out;
}

function symbolsByNeed(s: DiagnosedSubject): Map<string, { strong: string[]; weak: string[] }> {
  const out = new Map<string, { strong: string[]; weak: string[] }>();
  const version = symbolVersions(s.elf);
  const add = (library: string | null, versionName: string, name: string, weak: boolean) => {
    if (library === null) return;
    const key = `${library} ${versionName}`;
    const of = out.get(key) ?? { strong: [], weak: [] };
    of[weak ? "weak" : "strong"].push(name);
    out.set(key, of);
  };
  for (const { name, version: v, weak } of s.imports) if (v) add(v.file, v.name, name, weak);
  const table = s.elf.dynamicSymbols;
  const budget = new NameBudget(table?.strings);

  for (const { index, symbol } of table?.records() ?? []) {
    const v = symbol.shndx === SHN.UNDEF ? undefined : version(index);
    if (v && v.file !== null) add(v.file, v.name, budget.spend(nameAt(table!.strings, symbol.name)), false);
  }

  return out;
}
