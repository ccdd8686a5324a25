import { fail } from "../../error.js";
import type { ElfSymbol } from "../../image/elf.js";
import { once } from "../../image/once.js";
import { versionNumber, versionsByNumber } from "../../image/dynamic/versions.js";
import { dynamicRelocations } from "../../image/relocations/relocations.js";
import { SHN, STB, VERSYM } from "../../spec/constants.js";
import type { DynamicDraft } from "../../rewrite/wish/dynamic-draft.js";
import { refuseTwice } from "../symbols/definitions.js";
import type { VersionDraft } from "./version-draft.js";
import type { AddVersionNeed, ClearSymbolVersion, SetSymbolVersion } from "./values.js";

/** What the edits that bind symbols to versions work on. */
export interface VersionBinding {
  readonly draft: VersionDraft;
  readonly dynamic: DynamicDraft;
  readonly symbols: readonly ElfSymbol[];
  /** DT_NEEDED as the edits want it. */
  readonly needed: ReadonlySet<string>;
  /**
   * The needs, and .gnu.version (undefined without one), before any symbol is bound. Edits select symbols by these, so
   * their order does not matter.
   */
  readonly needs: VersionDraft["needs"];
  readonly numbers: Readonly<Uint16Array> | undefined;
  /** The number that each symbol is given. */
  readonly given: Map<number, number>;
}

/**
 * The file, where it is needed. ld.so stops at versions of a file that is not loaded ("Assertion `needed != NULL'
 * failed"). `BAD_EDIT`.
 */
export function knownFile(
  { draft, needed }: Pick<VersionBinding, "draft" | "needed">,
  file: string,
  edit: string,
): string {
  if (needed.has(file) || draft.needs.some((n) => n.file === file)) return file;
  return fail(
    "BAD_EDIT",
    `${edit}: the file does not need ${file}, so ld.so would stop at a version of it; ` +
      "add it in the same patch (addNeeded)",
    { edit },
  );
}

/** The symbols that the texts mean, `name` or `name@VERSION`. One that means none is a note. */
function selected(
  b: VersionBinding,
  wanted: readonly string[],
  edit: string,
): { symbol: ElfSymbol; file: string | null }[] {
  const versions = versionsByNumber(b.draft.elf.versionDefinitions, b.needs);
  const versionOf = (s: ElfSymbol) => (b.numbers ? versions.get(versionNumber(b.numbers[s.index]!)) : undefined);

  return wanted.flatMap((text) => {
    const named = b.symbols.filter((s) => s.name === text && s.index > 0);
    const [, name, version] = /^(.+?)@@?(.+)$/.exec(text) ?? [];
    const isWithVersion = named.length === 0 && name !== undefined;
    const found = isWithVersion ? b.symbols.filter((s) => s.name === name && versionOf(s)?.name === version) : named;

    // Where only the version is another one, the same patch may have been applied before.
    const isMissing = found.length === 0 && !b.symbols.some((s) => s.name === name);
    if (isMissing) b.dynamic.note("NOT_FOUND", `${edit}: the file has no dynamic symbol ${text}`);

    return found.map((symbol) => ({ symbol, file: versionOf(symbol)?.file ?? null }));
  });
}

/**
 * Symbols that a program defines for its own copy of a library's object: ld.so fills the copy by a relocation there
 * (R_*_COPY), and takes the symbol's version from the library. In a program nothing else is relocated by its own
 * symbol.
 */
const copiedSymbols = /* @__PURE__ */ once((elf): ReadonlySet<number> => {
  const copied = new Set<number>();
  const values = [...(elf.dynamicSymbols ?? [])].map((s) => s.value);
  for (const r of elf.linkage === "dynamic" ? dynamicRelocations(elf) : []) {
    if (r.symbol > 0 && r.offset === values[r.symbol]) copied.add(r.symbol);
  }
  return copied;
});

/** Gives symbols a version: those of other files that of a needed file, defined ones one of the file itself. */
export function bindVersions(b: VersionBinding, e: SetSymbolVersion | AddVersionNeed): void {
  for (const { symbol, file } of selected(b, e.symbols, e.edit)) {
    const isOfOther = symbol.shndx === SHN.UNDEF || file !== null || copiedSymbols(b.draft.elf).has(symbol.index);
    if (isOfOther) {
      const number = b.draft.require(fileOf(b, e, symbol, file), e.version, 0);
      give(b, e.edit, symbol, number);
    } else if (e.edit === "addVersionNeed") {
      fail(
        "BAD_EDIT",
        `addVersionNeed: ${symbol.name} is defined in the file itself, so no library's version can be its own`,
        { edit: e.edit },
      );
    } else {
      defineIn(b, e, symbol);
    }
  }
}

/** `BAD_EDIT` where another edit gives the symbol another version. */
function give({ draft, given }: VersionBinding, edit: string, symbol: ElfSymbol, number: number): void {
  const other = given.get(symbol.index) ?? number;
  if (other !== number) fail("BAD_EDIT", `${edit}: ${symbol.name} is given different versions`, { edit });

  given.set(symbol.index, number);
  draft.setNumber(symbol.index, number);
}

/**
 * The library whose version a symbol of another file shall have. `BAD_EDIT` where it is not clear which one is meant.
 */
function fileOf(
  b: VersionBinding,
  e: SetSymbolVersion | AddVersionNeed,
  symbol: ElfSymbol,
  now: string | null,
): string {
  if (e.file !== null) return knownFile(b, e.file, e.edit);
  if (now !== null) return now;

  const files = b.needs.filter((n) => n.versions.some((v) => v.name === e.version)).map((n) => n.file);
  const [only] = files;
  if (only !== undefined && files.length === 1) return only;

  const why = only === undefined ? "no version need names" : `${files.join(" and ")} all have`;
  return fail(
    "BAD_EDIT",
    `${e.edit}: ${symbol.name} has no version now, and ${why} ${e.version}; say of which file it is needed`,
    { edit: e.edit },
  );
}

/** Binds a symbol that the file defines to a version that it defines, too. `BAD_EDIT`. */
function defineIn(b: VersionBinding, e: SetSymbolVersion, symbol: ElfSymbol): void {
  const version = b.draft.elf.versionDefinitions.find((d) => d.names[0] === e.version);
  if (!version) {
    fail("BAD_EDIT", `setSymbolVersion: the file defines ${symbol.name}, but no version ${e.version}`, {
      edit: e.edit,
    });
  }
  if (e.file !== null) {
    fail("BAD_EDIT", `setSymbolVersion: ${symbol.name} is defined in the file itself, not needed of ${e.file}`, {
      edit: e.edit,
    });
  }

  const now = b.numbers ? b.numbers[symbol.index]! : VERSYM.GLOBAL;
  give(b, e.edit, symbol, versionNumber(version.index) | (now & VERSYM.HIDDEN));
}

/** Takes the version from symbols. In a file without versions nothing changes. */
export function clearVersions(b: VersionBinding, e: ClearSymbolVersion): void {
  for (const { symbol } of selected(b, e.symbols, e.edit)) {
    const now = b.numbers?.[symbol.index] ?? VERSYM.GLOBAL;
    const hasVersion = versionNumber(now) > VERSYM.GLOBAL;
    give(b, e.edit, symbol, hasVersion ? VERSYM.GLOBAL : now);
  }
}

/** See {@link refuseTwice}. */
export function refuseDoubles({ draft, symbols }: VersionBinding): void {
  const changed = new Set(draft.changedNumbers());
  if (changed.size === 0) return;

  const definitions = symbols.filter((s) => s.index > 0 && s.shndx !== SHN.UNDEF && s.binding !== STB.LOCAL);
  refuseTwice(
    "setSymbolVersion",
    definitions.map((s) => ({
      name: s.name,
      number: versionNumber(draft.numbers[s.index]!),
      isEdited: changed.has(s.index),
    })),
  );
}
