import { EM, PT, SHT, DT, type ElfFile } from "../../src/index.js";
import type { SegmentPairs } from "./pairs.js";

/** A table that has left its place: found by the pointers of the result, not by what the plan says. */
export interface Move {
  readonly what: string;
  /** File offsets in the input and the result. */
  readonly from: number;
  readonly to: number;
  readonly fromAddress: bigint;
  readonly toAddress: bigint;
  /** Bytes it had in the input. */
  readonly size: number;
}

/** Program headers that describe memory, not a table: they never move. */
const FIXED: readonly number[] = [PT.LOAD, PT.PHDR, PT.GNU_RELRO, PT.GNU_STACK, PT.TLS];

export const word = (elf: ElfFile): 4 | 8 => (elf.header.class === 64 ? 8 : 4);

export function readWord(elf: ElfFile, b: Uint8Array, at: number): bigint {
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
  const le = elf.header.littleEndian;
  return word(elf) === 8 ? v.getBigUint64(at, le) : BigInt(v.getUint32(at, le));
}

/** Bytes of a table that a tag leads to; undefined for what is no table that may move. */
export function tableSize(elf: ElfFile, tag: number): number | undefined {
  const d = elf.dynamic!;
  const address = d.get(tag);
  const at = address === undefined ? undefined : elf.offsetOf(address);
  if (address === undefined || at === undefined) return undefined;

  const count = elf.dynamicSymbols?.count ?? 0;
  const le = elf.header.littleEndian;
  const half = (offset: number) => {
    const b = elf.source.read(offset, 4);
    return new DataView(b.buffer, b.byteOffset, 4).getUint32(0, le);
  };

  switch (tag) {
    case DT.STRTAB:
      return d.strings?.size;
    case DT.SYMTAB:
      return count * (word(elf) === 8 ? 24 : 16);
    case DT.VERSYM:
      return 2 * count;
    case DT.HASH: {
      const wide =
        word(elf) === 8 &&
        (elf.header.machine === EM.S390 || elf.header.machine === EM.ALPHA || elf.header.machine === EM.ALPHA_OLD);
      if (wide) {
        return (
          8 * (2 + Number(readWord(elf, elf.source.read(at, 8), 0) + readWord(elf, elf.source.read(at + 8, 8), 0)))
        );
      }

      return 4 * (2 + half(at) + half(at + 4));
    }
    case DT.GNU_HASH: {
      const buckets = half(at);
      const first = half(at + 4);
      const bloom = half(at + 8);
      return 16 + bloom * word(elf) + 4 * buckets + 4 * Math.max(0, count - first);
    }
    case DT.VERNEED:
      return extent(
        elf.versionNeeds.flatMap((n) => [n.at + 16, ...n.versions.map((v) => v.at + 16)]),
        at,
      );
    case DT.VERDEF:
      return extent(
        elf.versionDefinitions.map((v) => v.at + 20 + 8 * v.names.length),
        at,
      );
    default:
      return elf.sections.find((s) => s.header.exact("addr") === address && s.header.type !== SHT.NOBITS)?.header.size;
  }
}

const extent = (ends: readonly number[], start: number): number => Math.max(start, ...ends) - start;

/** Tags whose table may move. */
const MOVABLE: readonly number[] = [DT.HASH, DT.GNU_HASH, DT.STRTAB, DT.SYMTAB, DT.VERSYM, DT.VERNEED, DT.VERDEF];
const MIPS_MOVABLE: readonly number[] = [0x70000029, 0x70000036];

/** Everything that has another place in the result. */
export function movesOf(a: ElfFile, b: ElfFile, { pairs }: SegmentPairs): Move[] {
  const out: Move[] = [];
  for (const [p, q] of pairs) {
    if (!FIXED.includes(p.type) && p.exact("filesz") > 0n && p.exact("offset") !== q.exact("offset")) {
      out.push({
        what:
          p.type === PT.DYNAMIC ? ".dynamic" : p.type === PT.INTERP ? ".interp" : `segment 0x${p.type.toString(16)}`,
        from: p.offset,
        to: q.offset,
        fromAddress: p.exact("vaddr"),
        toAddress: q.exact("vaddr"),
        size: p.filesz,
      });
    }
  }

  for (const tag of [...MOVABLE, ...(a.header.machine === EM.MIPS ? MIPS_MOVABLE : [])]) {
    const was = a.dynamic?.get(tag);
    const now = b.dynamic?.get(tag);
    if (
      was === undefined ||
      now === undefined ||
      was === now ||
      out.some((m) => contains(m, was) && was - m.fromAddress + m.toAddress === now)
    ) {
      continue;
    }

    const from = a.offsetOf(was);
    const to = b.offsetOf(now);
    const size = tableSize(a, tag);

    if (from !== undefined && to !== undefined && size !== undefined) {
      out.push({ what: `table of tag 0x${tag.toString(16)}`, from, to, fromAddress: was, toAddress: now, size });
    }
  }

  return out;
}

const contains = (m: Move, address: bigint): boolean =>
  m.fromAddress <= address && address < m.fromAddress + BigInt(m.size);

/** Where an address of the input is in the result. */
export function followed(moves: readonly Move[], address: bigint): bigint {
  const m = moves.find((m) => contains(m, address));
  return m ? address - m.fromAddress + m.toAddress : address;
}
