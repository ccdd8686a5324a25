import { type Encoding, wordSize } from "../codec/encoding.js";
import { Rel, Rela } from "../codec/records.js";
import { fail } from "../error.js";
import { EM, ET, SHF, SHT } from "../spec/constants.js";
import { cardOf } from "../spec/machines/card-of.js";
import { LOADING } from "../spec/machines/lists/loading.js";
import { relocationTypeNamed } from "../spec/relocation-types.js";
import type { DynamicOptions } from "./dynamic-options.js";
import {
  addressWords,
  type BuildSymbol,
  encodeRecords,
  type PartPlacement,
  type SectionPart,
  type SymbolPlaces,
} from "./parts.js";

/** ELF32_R_INFO, ELF64_R_INFO; little-endian 64-bit MIPS has r_sym first and r_type as the last byte (its psABI). */
export function relocationInfo(symbol: number, type: number, machine: number, encoding: Encoding): bigint {
  if (encoding.class === 32) return BigInt(symbol * 256 + type);
  if (machine === EM.MIPS && encoding.littleEndian) return BigInt(symbol) | (BigInt(type) << 56n);
  return (BigInt(symbol) << 32n) | BigInt(type);
}

/** A word of .init_array, which a relocation makes right wherever the file is loaded. */
interface RelativeWord {
  readonly offset: bigint;
  readonly addend: bigint;
}

export function relocationPart(
  options: DynamicOptions,
  ordered: readonly BuildSymbol[],
  places: SymbolPlaces,
  encoding: Encoding,
): SectionPart {
  const { machine, relocations } = options;
  const relativeCount = hasRelativeWords(options) ? options.initArray.length : 0;
  const relativeType = relativeCount > 0 ? relativeRelocation(machine, encoding) : 0;
  const isRel = cardOf(LOADING, machine)?.relocationForm === "rel";
  const size = (isRel ? Rel : Rela).size(encoding.class);
  const word = wordSize(encoding);

  const indexOf = (name: string): number => {
    const index = 1 + ordered.findIndex((s) => s.name === name);
    if (index === 0) {
      fail("BAD_EDIT", `buildElf: a relocation names ${name}, which is not a dynamic symbol`, { edit: "buildElf" });
    }
    return index;
  };
  const bytes = (placed: PartPlacement): Uint8Array => {
    const ofData = relocations.map(({ symbol, type = 1, addend = 0 }, i) => ({
      offset: placed.address(".data") + BigInt(i * word),
      info: relocationInfo(symbol === undefined ? 0 : indexOf(symbol), type, machine, encoding),
      addend,
    }));
    const relative = relativeCount > 0 ? initWords(options, places, placed, encoding) : [];
    const ofInit = relative.map((row) => ({ ...row, info: relocationInfo(0, relativeType, machine, encoding) }));
    const rows = [...ofInit, ...ofData];
    if (!isRel) return encodeRecords(Rela, encoding, rows);

    // Where the table has no addends, they stand in the words.
    return encodeRecords(
      Rel,
      encoding,
      rows.map(({ offset, info }) => ({ offset, info })),
    );
  };

  return {
    name: isRel ? ".rel.dyn" : ".rela.dyn",
    type: isRel ? SHT.REL : SHT.RELA,
    flags: SHF.ALLOC,
    align: word,
    size: (relativeCount + relocations.length) * size,
    entsize: size,
    link: ".dynsym",
    bytes,
  };
}

/** In ET_EXEC, addresses are what they are. */
export const hasRelativeWords = ({ type }: DynamicOptions): boolean => type !== ET.EXEC;

function relativeRelocation(machine: number, encoding: Encoding): number {
  // AArch64 has other numbers for 32 bits.
  const ofClass = encoding.class === 32 ? relocationTypeNamed("P32_RELATIVE", machine) : undefined;
  const type = ofClass ?? relocationTypeNamed("RELATIVE", machine);
  if (type !== undefined) return type;
  return fail("BAD_EDIT", `buildElf: initArray needs a relocation RELATIVE, and machine ${machine} has none`, {
    edit: "buildElf",
  });
}

/** The words of .init_array: where each one stands, and the address that it has. */
function initWords(
  options: DynamicOptions,
  places: SymbolPlaces,
  placed: PartPlacement,
  encoding: Encoding,
): RelativeWord[] {
  const word = wordSize(encoding);
  return options.initArray.map((name, i) => {
    const place = places.of(name);
    if (!place) {
      fail("BAD_EDIT", `buildElf: initArray names ${name}, which is no defined symbol`, { edit: "buildElf" });
    }
    return {
      offset: placed.address(".init_array") + BigInt(i * word),
      addend: placed.address(place.part) + BigInt(place.at),
    };
  });
}

/** .init_array (gABI, "Initialization and Termination Functions"). */
export function initArrayPart(options: DynamicOptions, places: SymbolPlaces, encoding: Encoding): SectionPart {
  const word = wordSize(encoding);
  return {
    name: ".init_array",
    type: SHT.INIT_ARRAY,
    flags: SHF.ALLOC | SHF.WRITE,
    align: word,
    size: options.initArray.length * word,
    entsize: word,
    bytes(placed) {
      const addresses = initWords(options, places, placed, encoding).map((w) => w.addend);
      return addressWords(addresses, encoding);
    },
  };
}
