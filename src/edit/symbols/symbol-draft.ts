import { decodeText, encodeText, equalBytes, isLossless, toLatin1 } from "../../codec/bytes.js";
import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { ReadonlyView } from "../../codec/struct.js";
import type { SYM } from "../../spec/records.js";
import { versionNumber } from "../../image/dynamic/versions.js";
import { SHN, STB, VERSYM } from "../../spec/constants.js";
import { refuseTwice } from "./definitions.js";
import type { DynamicDraft } from "../../rewrite/wish/dynamic-draft.js";
import type { VersionDraft } from "../versions/version-draft.js";

/** A dynamic symbol as the edits want it. */
export interface DraftSymbol {
  readonly index: number;
  /** st_name as it stands in the file. */
  readonly nameAt: number;
  /** The bytes of the name, which is the new one where the symbol is renamed. */
  readonly name: Uint8Array;
  /** The new name of a symbol that is renamed. */
  readonly renamed: string | undefined;
  readonly isDefined: boolean;
  /** Is st_value not 0? */
  readonly hasAddress: boolean;
  readonly isLocal: boolean;
}

/** The dynamic symbols as the edits want them. */
export interface SymbolDraft {
  readonly elf: ElfFile;
  readonly symbols: readonly DraftSymbol[];
  readonly adds: ReadonlySet<"addHash" | "addGnuHash">;
}

/** The symbols under their new names. A name that the file does not have is a note. `UNSUPPORTED`, `BAD_EDIT`. */
export function draftedSymbols(
  dynamic: DynamicDraft,
  versions: VersionDraft,
  names: ReadonlyMap<string, string>,
  adds: SymbolDraft["adds"],
): SymbolDraft {
  const { elf } = dynamic;
  const table = elf.dynamicSymbols;
  if (!table?.exact || !table.strings) {
    fail("UNSUPPORTED", "nothing in the file tells how many dynamic symbols it has", {
      what: "symbols without a count",
    });
  }
  const { strings } = table;
  strings.load();

  const missing = new Set(names.keys());
  for (const s of table) missing.delete(s.name);
  for (const name of missing) dynamic.note("NOT_FOUND", `renameDynamicSymbols: the file has no dynamic symbol ${name}`);

  const symbols: DraftSymbol[] = [];
  for (const { index, symbol } of table.records()) {
    symbols.push(drafted(index, symbol, strings.bytesAt(symbol.name), names));
  }

  refuseDoubles(symbols, versions);
  return { elf, symbols, adds };
}

function drafted(
  index: number,
  symbol: ReadonlyView<typeof SYM>,
  bytes: Uint8Array,
  names: ReadonlyMap<string, string>,
): DraftSymbol {
  // A name that is not UTF-8 cannot be meant: several such names read alike.
  const wanted = index === 0 || !isLossless(bytes) ? undefined : names.get(decodeText(bytes));
  const name = wanted === undefined ? bytes : encodeText(wanted);
  const renamed = wanted !== undefined && !equalBytes(name, bytes) ? wanted : undefined;

  return {
    index,
    nameAt: symbol.name,
    name,
    renamed,
    isDefined: symbol.shndx !== SHN.UNDEF,
    hasAddress: symbol.exact("value") !== 0n,
    isLocal: symbol.info >> 4 === STB.LOCAL,
  };
}

/** See {@link refuseTwice}. */
function refuseDoubles(symbols: readonly DraftSymbol[], versions: VersionDraft): void {
  if (symbols.every((s) => s.renamed === undefined)) return;

  const numberOf = (s: DraftSymbol) =>
    versions.isVersioned ? versionNumber(versions.numbers[s.index]!) : VERSYM.GLOBAL;
  const definitions = symbols.filter((s) => s.index > 0 && s.isDefined && !s.isLocal);
  refuseTwice(
    "renameDynamicSymbols",
    definitions.map((s) => ({ name: toLatin1(s.name), number: numberOf(s), isEdited: s.renamed !== undefined })),
  );
}
