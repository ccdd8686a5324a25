import type { Encoding } from "../../codec/encoding.js";
import { Rel, Rela } from "../../codec/records.js";
import { EM, SHT } from "../../spec/constants.js";
import type { Section } from "../elf.js";

/** What decides where a relocation has the index of its symbol. */
export interface RelocationFormat extends Encoding {
  readonly machine: number;
}

/** Does a section of this type hold relocations that name symbols? Those of SHT_RELR name none. */
export const holdsRelocations = (type: number): boolean => type === SHT.REL || type === SHT.RELA || type === SHT.CREL;

export const isRelocations = ({ header }: Section): boolean => holdsRelocations(header.type);

/** Bytes of a record of SHT_REL or SHT_RELA. */
export const relocationSize = (type: number, e: Encoding): number => (type === SHT.RELA ? Rela : Rel).size(e.class);

/**
 * The offset of the word of a record that holds the symbol's index, and how many bits above its lowest one the index
 * begins. ELF32_R_SYM is r_info above its lowest byte, and ELF64_R_SYM is its high word. 64-bit MIPS has r_sym first,
 * whatever the byte order (its psABI).
 */
export function symbolField(format: RelocationFormat): { readonly at: number; readonly shift: 0 | 8 } {
  if (format.class === 32) return { at: 4, shift: 8 };
  return { at: format.littleEndian && format.machine !== EM.MIPS ? 12 : 8, shift: 0 };
}

/** Visits the symbol index of each record between the bytes `from` and `to`, 0 for none. */
export function eachRelocationSymbol(
  view: DataView,
  from: number,
  to: number,
  type: number,
  format: RelocationFormat,
  visit: (symbol: number) => void,
): void {
  const stride = relocationSize(type, format);
  const { at, shift } = symbolField(format);
  const { littleEndian } = format;
  for (let record = from; record + stride <= to; record += stride) {
    visit(view.getUint32(record + at, littleEndian) >>> shift);
  }
}
