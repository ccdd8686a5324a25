import { viewOf } from "../../codec/bytes.js";
import { Rel, Rela } from "../../codec/records.js";
import { chunks } from "../../codec/source.js";
import type { ElfFile, Header } from "../../image/elf.js";
import { relocationTables } from "../../image/relocations/relocations.js";
import { symbolField } from "../../image/relocations/relocation-sections.js";
import { EM } from "../../spec/constants.js";
import { gotOrder } from "../../spec/machines.js";
import { type RelocationClass, relocationClasses } from "./relocation-class.js";

/** How the relocations use each dynamic symbol: a bit for each class. */
export const USED_BY: Readonly<Record<RelocationClass, number>> = { call: 1, copy: 2, got: 4, other: 8 };

/**
 * For each dynamic symbol, by which classes of relocations of DT_REL, DT_RELA and DT_JMPREL it is used ({@link
 * USED_BY}); 0 for none. DT_RELR has no symbols.
 *
 * @param count the number of dynamic symbols; relocations that name a later one are passed over
 * @throws ElfError `TRUNCATED`, `MALFORMED`
 */
export function symbolUses(elf: ElfFile, count: number): Uint8Array {
  const uses = new Uint8Array(count);
  const h = elf.header;
  const classOf = relocationClasses(h.machine);
  const typeOf = relocationType(h);
  const field = symbolField(h);

  for (const table of relocationTables(elf)) {
    if (!table) continue;

    const entry = (table.rela ? Rela : Rel).size(h.class);
    for (const piece of chunks(
      elf.source,
      table.offset,
      table.size - (table.size % entry),
      "a relocation table",
      entry * 65536,
    )) {
      const v = viewOf(piece);
      for (let at = 0; at < piece.length; at += entry) {
        const symbol = v.getUint32(at + field.at, h.littleEndian) >>> field.shift;
        if (symbol === 0 || symbol >= count) continue;
        const type = typeOf(v, at);
        if (type !== 0) uses[symbol]! |= USED_BY[classOf(type)];
      }
    }
  }

  const got = gotOrder(h.machine);
  const first = got ? elf.dynamic?.get(got.firstTag) : undefined;
  if (first !== undefined) for (let i = Math.max(1, Number(first)); i < count; i++) uses[i]! |= USED_BY.other;

  return uses;
}

/**
 * ELF32_R_TYPE is r_info's lowest byte, ELF64_R_TYPE its low word; of 64-bit MIPS's three types the first one counts,
 * 64-bit SPARC keeps data above the type (their psABIs).
 */
function relocationType({ machine, class: c, littleEndian }: Header): (v: DataView, at: number) => number {
  if (c === 32) return (v, at) => v.getUint32(at + 4, littleEndian) & 0xff;
  if (machine === EM.MIPS) return (v, at) => v.getUint8(at + 15);
  const low = littleEndian ? 8 : 12;
  const mask = machine === EM.SPARCV9 ? 0xff : 0xffffffff;
  return (v, at) => (v.getUint32(at + low, littleEndian) & mask) >>> 0;
}
