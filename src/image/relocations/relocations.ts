import { viewOf } from "../../codec/bytes.js";
import { Rel, Rela } from "../../codec/records.js";
import { chunks } from "../../codec/source.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile } from "../elf.js";
import { symbolField } from "./relocation-sections.js";

/** One dynamic relocation. */
export interface DynamicRelocation {
  /** r_offset: the address that is written. */
  readonly offset: bigint;
  /** The index into .dynsym, 0 for none. */
  readonly symbol: number;
  /** r_addend; undefined for DT_REL, where the addend is what `offset` holds. */
  readonly addend: bigint | undefined;
}

/** A table of relocations in the file. Offset and size in bytes. */
export interface RelocationTable {
  readonly offset: number;
  readonly size: number;
  /** Do the records have addends (Rela)? */
  readonly rela: boolean;
}

/** The tables that DT_REL, DT_RELA and DT_JMPREL lead to; undefined for each that is not in the file. */
export function relocationTables(elf: ElfFile): (RelocationTable | undefined)[] {
  const d = elf.dynamic;
  if (!d) return [];

  const tables: [bigint | undefined, bigint | undefined, boolean][] = [
    [d.get(DT.REL), d.get(DT.RELSZ), false],
    [d.get(DT.RELA), d.get(DT.RELASZ), true],
    [d.get(DT.JMPREL), d.get(DT.PLTRELSZ), d.get(DT.PLTREL) === BigInt(DT.RELA)],
  ];
  return tables.flatMap(([address, size, rela]) => {
    if (address === undefined || !size) return [];
    const offset = elf.offsetOf(address, 1);
    const isThere = offset !== undefined && BigInt(offset) + size <= BigInt(elf.source.size);
    return [isThere ? { offset, size: Number(size), rela } : undefined];
  });
}

/** All relocations that DT_REL, DT_RELA and DT_JMPREL lead to, without tables that are not in the file. */
export function* dynamicRelocations(elf: ElfFile): Generator<DynamicRelocation> {
  const h = elf.header;
  const { at, shift } = symbolField(h);

  for (const table of relocationTables(elf)) {
    if (!table) continue;
    const { offset, rela } = table;
    const entry = (rela ? Rela : Rel).size(h.class);
    const size = table.size - (table.size % entry);

    for (const piece of chunks(elf.source, offset, size, "a relocation table", entry * 8192)) {
      const view = viewOf(piece);
      const symbolOf = (i: number) => view.getUint32(i * entry + at, h.littleEndian) >>> shift;
      if (rela) {
        for (const [i, r] of Rela.table(piece, h).entries()) {
          yield { offset: r.exact("offset"), symbol: symbolOf(i), addend: r.exact("addend") };
        }
      } else {
        for (const [i, r] of Rel.table(piece, h).entries()) {
          yield { offset: r.exact("offset"), symbol: symbolOf(i), addend: undefined };
        }
      }
    }
  }
}
