import { wordSize } from "../codec/encoding.js";
import { Rel, Rela } from "../codec/records.js";
import { chunks } from "../codec/source.js";
import { EM } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { ElfFile } from "./elf.js";

/** One dynamic relocation. */
export interface DynamicRelocation {
  /** r_offset: the address that is written. */
  readonly offset: bigint;
  /** Index into .dynsym; 0 for none. */
  readonly symbol: number;
  /** r_addend; undefined for DT_REL, whose addend stands at `offset`. */
  readonly addend: bigint | undefined;
}

/** Every relocation that DT_REL, DT_RELA and DT_JMPREL reach. A table that the file does not hold is passed over. */
export function* dynamicRelocations(elf: ElfFile): Generator<DynamicRelocation> {
  const d = elf.dynamic;
  if (!d) return;
  const tables: [bigint | undefined, bigint | undefined, boolean][] = [
    [d.get(DT.REL), d.get(DT.RELSZ), false],
    [d.get(DT.RELA), d.get(DT.RELASZ), true],
    [d.get(DT.JMPREL), d.get(DT.PLTRELSZ), d.get(DT.PLTREL) === BigInt(DT.RELA)],
  ];
  const h = elf.header;
  for (const [address, size, rela] of tables) {
    if (address === undefined || !size) continue;
    const at = elf.offsetOf(address, 1);
    if (at === undefined || BigInt(at) + size > BigInt(elf.source.size)) continue;
    const entry = (rela ? Rela : Rel).size(h.class);
    const symbol = (info: bigint) => symbolIndex(info, h.machine, wordSize(h), h.littleEndian);
    for (const piece of chunks(elf.source, at, Number(size) - (Number(size) % entry), "a relocation table", entry * 8192))
      if (rela) for (const r of Rela.table(piece, h)) yield { offset: r.exact("offset"), symbol: symbol(r.exact("info")), addend: r.exact("addend") };
      else for (const r of Rel.table(piece, h)) yield { offset: r.exact("offset"), symbol: symbol(r.exact("info")), addend: undefined };
  }
}

/** ELF32_R_SYM, ELF64_R_SYM; little-endian 64-bit MIPS keeps r_sym in the low word (its psABI). */
function symbolIndex(info: bigint, machine: number, word: 4 | 8, littleEndian: boolean): number {
  if (word === 4) return Number(info >> 8n);
  return Number(machine === EM.MIPS && littleEndian ? info & 0xffffffffn : info >> 32n);
}
