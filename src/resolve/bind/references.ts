import { viewOf } from "../../codec/bytes.js";
import { Rel, Rela } from "../../codec/records.js";
import { chunks } from "../../codec/source.js";
import type { ElfFile, Header } from "../../image/elf.js";
import { relocationTables } from "../../image/relocations/relocations.js";
import { symbolField } from "../../image/relocations/relocation-sections.js";
import { EM } from "../../spec/constants.js";
import { gotOrder } from "../../spec/machines.js";
import { type RelocationClass, relocationClasses } from "./relocation-class.js";

/** How relocations use a dynamic symbol: one bit for each class. */
export const USED_BY: Readonly<Record<RelocationClass, number>> = { call: 1, copy: 2, got: 4, other: 8 };

/**
 * For each dynamic symbol the classes of relocations that use it ({@link USED_BY}), 0 for none. The relocations are
 * those of DT_REL, DT_RELA and DT_JMPREL; DT_RELR names no symbols.
 *
 * @param count the number of dynamic symbols; a relocation that names a later one is passed over
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
    const size = table.size - (table.size % entry);
    for (const piece of chunks(elf.source, table.offset, size, "a relocation table", entry * 65536)) {
      const v = viewOf(piece);
      for (let at = 0; at < piece.length; at += entry) {
        const symbol = v.getUint32(at + field.at, h.littleEndian) >>> field.shift;
        if (symbol === 0 || symbol >= count) continue;
        const type = typeOf(v, at);
        if (type !== 0) uses[symbol]! |= USED_BY[classOf(type)];
      }
    }
  }

  // MIPS: these symbols have an entry of the global offset table each, without a relocation.
  const got = gotOrder(h.machine);
  const first = got ? elf.dynamic?.get(got.firstTag) : undefined;
  if (first !== undefined) {
    for (let i = Math.max(1, Number(first)); i < count; i++) uses[i]! |= USED_BY.other;
  }

  return uses;
}

/**
 * ELF32_R_TYPE is the lowest byte of r_info, ELF64_R_TYPE its low word. A relocation of 64-bit MIPS has three types, of
 * which the first counts; 64-bit SPARC keeps data above the type (their psABIs).
 */
function relocationType({ machine, class: bits, littleEndian }: Header): (v: DataView, at: number) => number {
  if (bits === 32) return (v, at) => v.getUint32(at + 4, littleEndian) & 0xff;
  if (machine === EM.MIPS) return (v, at) => v.getUint8(at + 15);

  const low = littleEndian ? 8 : 12;
  const mask = machine === EM.SPARCV9 ? 0xff : 0xffffffff;
  return (v, at) => (v.getUint32(at + low, littleEndian) & mask) >>> 0;
}
