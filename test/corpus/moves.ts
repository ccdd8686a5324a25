import { EM, PT, SHT, DT, type ElfFile } from "../../src/index.js";
import type { SegmentPairs } from "./pairs.js";

/** A table that has left its place, found by the pointers of the result and not by the plan. */
export interface Move {
  readonly what: string;
  /** File offsets in the input and the result. */
  readonly from: number;
  readonly to: number;
  readonly fromAddress: bigint;
  readonly toAddress: bigint;
  /** Its size in the input, in bytes. */
  readonly size: number;
}

/** Program headers that describe memory and not a table: they never move. */
const FIXED: readonly number[] = [PT.LOAD, PT.PHDR, PT.GNU_RELRO, PT.GNU_STACK, PT.TLS];

/** The size of an address, in bytes. */
export const word = (elf: ElfFile): 4 | 8 => (elf.header.class === 64 ? 8 : 4);

export function readWord(elf: ElfFile, bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { littleEndian } = elf.header;
  return word(elf) === 8 ? view.getBigUint64(at, littleEndian) : BigInt(view.getUint32(at, littleEndian));
}

/** The size in bytes of the table that a tag leads to; undefined where that is no table that may move. */
export function tableSize(elf: ElfFile, tag: number): number | undefined {
  const d = elf.dynamic!;
  const address = d.get(tag);
  const at = address === undefined ? undefined : elf.offsetOf(address);
  if (address === undefined || at === undefined) return undefined;

  const count = elf.dynamicSymbols?.count ?? 0;
  const u32 = (offset: number) => {
    const bytes = elf.source.read(offset, 4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, elf.header.littleEndian);
  };

  switch (tag) {
    case DT.STRTAB:
      return d.strings?.size;
    case DT.SYMTAB:
      return count * (word(elf) === 8 ? 24 : 16);
    case DT.VERSYM:
      return 2 * count;
    case DT.HASH: {
      if (!hasWideHash(elf)) return 4 * (2 + u32(at) + u32(at + 4));

      const u64 = (offset: number) => readWord(elf, elf.source.read(offset, 8), 0);
      return 8 * (2 + Number(u64(at) + u64(at + 8)));
    }
    case DT.GNU_HASH: {
      const buckets = u32(at);
      const first = u32(at + 4);
      const bloom = u32(at + 8);
      const chains = 16 + bloom * word(elf) + 4 * buckets;

      // One that holds no symbol has no chains, whatever symbols there are.
      const starts = Array.from({ length: buckets }, (_, i) => u32(at + chains - 4 * (i + 1)));
      return starts.every((start) => start === 0) ? chains : chains + 4 * Math.max(0, count - first);
    }
    case DT.VERNEED: {
      const ends = elf.versionNeeds.flatMap((n) => [n.at + 16, ...n.versions.map((v) => v.at + 16)]);
      return Math.max(at, ...ends) - at;
    }
    case DT.VERDEF: {
      const ends = elf.versionDefinitions.map((v) => v.at + 20 + 8 * v.names.length);
      return Math.max(at, ...ends) - at;
    }
    default:
      return elf.sections.find((s) => s.header.exact("addr") === address && s.header.type !== SHT.NOBITS)?.header.size;
  }
}

/** Machines whose DT_HASH has entries of 8 bytes. */
function hasWideHash(elf: ElfFile): boolean {
  const { machine } = elf.header;
  return word(elf) === 8 && (machine === EM.S390 || machine === EM.ALPHA || machine === EM.ALPHA_OLD);
}

/** Tags whose table may move. */
const MOVABLE: readonly number[] = [DT.HASH, DT.GNU_HASH, DT.STRTAB, DT.SYMTAB, DT.VERSYM, DT.VERNEED, DT.VERDEF];
const MIPS_MOVABLE: readonly number[] = [0x70000029, 0x70000036];

/** What a program header describes, for a complaint. */
function nameOf(type: number): string {
  if (type === PT.DYNAMIC) return ".dynamic";
  return type === PT.INTERP ? ".interp" : `segment 0x${type.toString(16)}`;
}

/** Everything that has another place in the result. */
export function movesOf(a: ElfFile, b: ElfFile, { pairs }: SegmentPairs): Move[] {
  const out: Move[] = [];
  for (const [p, q] of pairs) {
    if (FIXED.includes(p.type) || p.exact("filesz") === 0n || p.exact("offset") === q.exact("offset")) continue;
    out.push({
      what: nameOf(p.type),
      from: p.offset,
      to: q.offset,
      fromAddress: p.exact("vaddr"),
      toAddress: q.exact("vaddr"),
      size: p.filesz,
    });
  }

  for (const tag of [...MOVABLE, ...(a.header.machine === EM.MIPS ? MIPS_MOVABLE : [])]) {
    const was = a.dynamic?.get(tag);
    const now = b.dynamic?.get(tag);
    if (was === undefined || now === undefined || was === now) continue;

    const isKnown = out.some((m) => contains(m, was) && was - m.fromAddress + m.toAddress === now);
    if (isKnown) continue;

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

/** The address in the result of what has this address in the input. */
export function followed(moves: readonly Move[], address: bigint): bigint {
  const move = moves.find((m) => contains(m, address));
  return move ? address - move.fromAddress + move.toAddress : address;
}
