import { fail } from "../../error.js";
import type { ElfSymbol } from "../../image/elf.js";
import { versionNumber, versionsByNumber } from "../../image/dynamic/versions.js";
import { SHN, STB, VERSYM } from "../../spec/constants.js";
import type { DynamicDraft } from "../../rewrite/wish/dynamic-draft.js";
import { refuseTwice } from "../symbols/definitions.js";
import type { VersionDraft } from "./version-draft.js";
import type { AddVersionNeed, ClearSymbolVersion, SetSymbolVersion } from "./values.js";

/** What the edits of symbols' versions work on. */
export interface VersionBinding {
  readonly draft: VersionDraft;
  readonly dynamic: DynamicDraft;
  readonly symbols: readonly ElfSymbol[];
  /** DT_NEEDED as it shall be. */
  readonly needed: ReadonlySet<string>;
  /**
   * The needs, .gnu.version (undefined without one) and the versions' names before any symbol is bound: what the edits
   * say is said of these, so that their order does not matter.
   */
  readonly needs: VersionDraft["needs"];
  readonly numbers: Readonly<Uint16Array> | undefined;
  /** The number that each symbol is given. */
  readonly given: Map<number, number>;
}

/** ld.so stops at versions of a file that is not loaded ("Assertion `needed != NULL' failed"). `BAD_EDIT`. */
export function knownFile(
  { draft, needed }: Pick<VersionBinding, "draft" | "needed">,
  file: string,
  edit: string,
): string {
  if (needed.has(file) || draft.needs.some((n) => n.file === file)) return file;
  return fail(
    "BAD_EDIT",
    `${edit}: the file does not need ${file}, so ld.so would stop at a version of it; add it in the same patch (addNeeded)`,
    { edit },
  );
}

/** The symbols that a name means, `name` or `name@VERSION`; a note where there is none. */
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
    const found =
      named.length > 0 || name === undefined
        ? named
        : b.symbols.filter((s) => s.name === name && versionOf(s)?.name === version);

    // Where the version is another one already, the same patch was there before.
    if (found.length === 0 && !b.symbols.some((s) => s.name === name)) {
      b.dynamic.note("NOT_FOUND", `${edit}: the file has no dynamic symbol ${text}`);
    }

    return found.map((symbol) => ({ symbol, file: versionOf(symbol)?.file ?? null }));
  });
}

/** Gives symbols a version: of a needed file to undefined ones, one of the file's own to those that it defines. */
export function bindVersions(b: VersionBinding, e: SetSymbolVersion | AddVersionNeed): void {
  for (const { symbol, file } of selected(b, e.symbols, e.edit)) {
    if (symbol.shndx === SHN.UNDEF) {
      give(b, e.edit, symbol, b.draft.require(fileOf(b, e, symbol, file), e.version, 0));
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
  if ((given.get(symbol.index) ?? number) !== number) {
    fail("BAD_EDIT", `${edit}: ${symbol.name} is given different versions`, { edit });
  }
  given.set(symbol.index, number);
  draft.setNumber(symbol.index, number);
}

/** The library of which an undefined symbol is to have a version. `BAD_EDIT` where no single one is meant. */
function fileOf(
  b: VersionBinding,
  e: SetSymbolVersion | AddVersionNeed,
  symbol: ElfSymbol,
  now: string | null,
): string {
  if (e.file !== null) return knownFile(b, e.file, e.edit);
  if (now !== null) return now;

  const having = b.needs.filter((n) => n.versions.some((v) => v.name === e.version));
  const [only] = having;
  if (only && having.length === 1) return only.file;

  return fail(
    "BAD_EDIT",
    `${e.edit}: ${symbol.name} has no version now, and ${only ? `${having.map((n) => n.file).join(" and ")} all have` : "no version need names"} ${e.version}; say of which file it is needed`,
    { edit: e.edit },
  );
}

function defineIn(b: VersionBinding, e: SetSymbolVersion, symbol: ElfSymbol): void {
  const { draft, numbers } = b;
  const version = draft.elf.versionDefinitions.find((d) => d.names[0] === e.version);
  const now = numbers ? numbers[symbol.index]! : VERSYM.GLOBAL;

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

  give(b, e.edit, symbol, versionNumber(version.index) | (now & VERSYM.HIDDEN));
}

/** Takes the version from symbols. Of a file without versions there is nothing to take. */
export function clearVersions(b: VersionBinding, e: ClearSymbolVersion): void {
  for (const { symbol } of selected(b, e.symbols, e.edit)) {
    const now = b.numbers?.[symbol.index] ?? VERSYM.GLOBAL;
    give(b, e.edit, symbol, versionNumber(now) > VERSYM.GLOBAL ? VERSYM.GLOBAL : now);
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
