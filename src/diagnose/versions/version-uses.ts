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
 * copied into the program (copy relocations) count: the program defines them, and still needs their version.
 *
 * @throws ElfError `MALFORMED`, `TRUNCATED`
 */
export function versionUses(subject: DiagnosedSubject): VersionUse[] {
  const needs = subject.hasContents ? subject.elf.versionNeeds : [];
  if (needs.length === 0) return [];

  const bound = symbolsByNeed(subject);
  const uses = new Map<string, { library: string; name: string; flagged: boolean }>();
  for (const { file, versions } of needs) {
    for (const { name, flags } of versions) {
      const key = keyOf(file, name);
      const before = uses.get(key);
      // A version may be listed twice: it is weak only where both say so.
      const flagged = (before?.flagged ?? true) && (flags & VER_FLG.WEAK) !== 0;
      uses.set(key, { library: file, name, flagged });
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

/** The uses by the library that they belong to. */
export function byLibrary(uses: readonly VersionUse[]): Map<string, VersionUse[]> {
  const libraries = new Map<string, VersionUse[]>();
  for (const use of uses) {
    const same = libraries.get(use.library);
    if (same) same.push(use);
    else libraries.set(use.library, [use]);
  }
  return libraries;
}

const keyOf = (library: string, versionName: string): string => `${library} ${versionName}`;

/** The symbols that are bound to each version, by {@link keyOf}. */
function symbolsByNeed(subject: DiagnosedSubject): Map<string, { strong: string[]; weak: string[] }> {
  const versionOf = symbolVersions(subject.elf);
  const bound = new Map<string, { strong: string[]; weak: string[] }>();
  const add = (library: string | null, versionName: string, name: string, weak: boolean) => {
    if (library === null) return;
    const key = keyOf(library, versionName);
    const names = bound.get(key) ?? { strong: [], weak: [] };
    names[weak ? "weak" : "strong"].push(name);
    bound.set(key, names);
  };

  for (const { name, version, weak } of subject.imports) {
    if (version) add(version.file, version.name, name, weak);
  }

  const table = subject.elf.dynamicSymbols;
  const budget = new NameBudget(table?.strings);
  for (const { index, symbol } of table?.records() ?? []) {
    const version = symbol.shndx === SHN.UNDEF ? undefined : versionOf(index);
    if (!version || version.file === null) continue;
    add(version.file, version.name, budget.spend(nameAt(table!.strings, symbol.name)), false);
  }

  return bound;
}
