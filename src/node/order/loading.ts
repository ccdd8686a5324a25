import type { Encoding } from "../../codec/encoding.js";
import type { ByteSource } from "../../codec/source.js";
import { Sym } from "../../codec/records.js";
import { loaderTables } from "../../image/dynamic/loader-tables.js";
import type { ElfFile } from "../../image/elf.js";
import { headerSize, headerView } from "../../image/headers/header.js";
import { readElf } from "../../image/read-elf.js";
import type { Range } from "../../pieces/ranges.js";
import { ET, PN_XNUM, PT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { TableKind } from "../../spec/table-kinds.js";
import { sameBytes } from "../same-bytes.js";

/** A range of the file that kernel or loader reads through a program header or a dynamic tag. */
export interface Part {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** The index of the program header, or of the entry of the dynamic section, that leads to it. */
  readonly segment?: number;
  readonly entry?: number;
  /** Do only kernels and loaders read it, so that it may be anywhere in memory? */
  readonly moves: boolean;
}

/** A PT_LOAD. */
export interface LoadHeader {
  readonly index: number;
  readonly offset: number;
  readonly filesz: number;
  readonly vaddr: bigint;
  readonly memsz: bigint;
  readonly flags: number;
  readonly align: number;
}

/** All that kernel and loader read of a file, section headers aside. */
export interface LoaderView {
  readonly elf: ElfFile;
  /** What is told by values alone. Two files load alike if these, the parts' bytes and the PT_LOADs are alike. */
  readonly facts: string;
  readonly parts: readonly Part[];
  readonly loads: readonly LoadHeader[];
  /** The number of dynamic symbols. */
  readonly symbols: number;
  /** The ELF header, the program header table, the dynamic section (null if there is none). */
  readonly header: Range;
  readonly table: Range;
  readonly dynamic: Range | null;
}

const TABLES: Readonly<Record<number, TableKind>> = {
  [DT.STRTAB]: "strings",
  [DT.SYMTAB]: "symbols",
  [DT.HASH]: "hash",
  [DT.GNU_HASH]: "gnuHash",
  [DT.VERSYM]: "versions",
  [DT.VERNEED]: "versionNeeds",
  [DT.VERDEF]: "versionDefinitions",
};

/** The tags with the sizes of tables that never move. */
const SIZES: Readonly<Record<number, number>> = {
  [DT.RELA]: DT.RELASZ,
  [DT.REL]: DT.RELSZ,
  [DT.JMPREL]: DT.PLTRELSZ,
  [DT.RELR]: DT.RELRSZ,
  [DT.INIT_ARRAY]: DT.INIT_ARRAYSZ,
  [DT.FINI_ARRAY]: DT.FINI_ARRAYSZ,
  [DT.PREINIT_ARRAY]: DT.PREINIT_ARRAYSZ,
};

/** Program headers that lead to bytes which may be anywhere, and those that tell a loader nothing by themselves. */
const MOVING: readonly number[] = [PT.INTERP, PT.NOTE, PT.GNU_PROPERTY];
const UNREAD: readonly number[] = [PT.NULL, PT.PHDR, PT.DYNAMIC];

/** The number of dynamic symbols, which nothing but sections may tell; 0 where there are none. */
export function symbolCount(source: ByteSource): number {
  try {
    return readElf(source).dynamicSymbols?.count ?? 0;
  } catch {
    return 0;
  }
}

/**
 * What is read of a file; undefined for what no kernel or loader takes, or cannot read.
 *
 * @param symbols the number of dynamic symbols
 * @param known files with which this one is compared: a table where they have one ends where theirs does, so that large
 *   ones are not read to find that out
 */
export function loadingOf(
  source: ByteSource,
  symbols: number,
  known: readonly LoaderView[] = [],
): LoaderView | undefined {
  try {
    const elf = readElf(withoutSections(source));
    const isLoaded = elf.header.type === ET.EXEC || elf.header.type === ET.DYN;
    return isLoaded && elf.segments.some((s) => s.type === PT.LOAD) ? read(elf, symbols, known) : undefined;
  } catch {
    return undefined;
  }
}

/** Takes e_shoff and what belongs to it out of an ELF header. */
export function hideSections(bytes: Uint8Array, encoding: Encoding): void {
  const header = headerView(bytes, encoding);
  if (header.phnum !== PN_XNUM) Object.assign(header, { shoff: 0, shnum: 0, shstrndx: 0 });
}

/** Loaders do not see sections, which may be half written. */
function withoutSections(source: ByteSource): ByteSource {
  const start = new Uint8Array(source.read(0, Math.min(64, source.size)));
  hideSections(start, { class: start[4] === 1 ? 32 : 64, littleEndian: start[5] === 1 });
  return {
    size: source.size,
    read(offset, length) {
      const bytes = source.read(offset, length);
      if (offset >= start.length) return bytes;
      const own = new Uint8Array(bytes);
      own.set(start.subarray(offset, offset + length));
      return own;
    },
  };
}

function read(elf: ElfFile, symbols: number, known: readonly LoaderView[]): LoaderView {
  const { header: h, dynamic: d } = elf;
  const facts: unknown[] = [h.class, h.littleEndian, h.osabi, h.abiVersion, h.type, h.machine, h.flags, h.entry];
  const parts: Part[] = [];
  const loads: LoadHeader[] = [];

  for (const [index, s] of elf.segments.entries()) {
    const { type, flags, offset, filesz, align } = s;
    if (type === PT.LOAD) {
      loads.push({ index, offset, filesz, vaddr: s.exact("vaddr"), memsz: s.exact("memsz"), flags, align });
    } else if (MOVING.includes(type)) {
      parts.push({ name: `segment ${type}`, offset, size: filesz, segment: index, moves: true });
    } else if (!UNREAD.includes(type)) {
      facts.push([type, flags, s.exact("vaddr"), s.exact("filesz"), s.exact("memsz")]);
    }
  }

  let tables: Map<TableKind, number> | undefined;
  const sizeOf = (kind: TableKind, name: string, value: bigint): number | undefined => {
    if (kind === "symbols") return symbols * Sym.size(h.class);
    if (kind === "versions") return symbols * 2;

    const offset = elf.offsetOf(value);
    const sizes = new Set(
      known.flatMap((k) => k.parts.filter((p) => p.name === name && p.offset === offset).map((p) => p.size)),
    );
    if (sizes.size === 1) return [...sizes][0];
    tables ??= new Map(loaderTables(elf).map((t) => [t.kind, t.size]));
    return tables.get(kind);
  };

  for (const e of d?.entries ?? []) {
    const { tag, value, index: entry } = e;
    const kind = TABLES[tag];
    const sizeTag = SIZES[tag];
    const name = `tag ${tag}`;
    const size = kind ? sizeOf(kind, name, value) : Number((sizeTag !== undefined && d!.get(sizeTag)) || 0);
    const offset = size ? elf.offsetOf(value) : undefined;

    if (offset !== undefined) parts.push({ name, offset, size: size!, entry, moves: kind !== undefined });
    else facts.push([tag, e.kind === "string" ? d!.text(e) : value]);
  }

  return {
    elf,
    facts: JSON.stringify(facts, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    parts,
    loads,
    symbols,
    header: { start: 0, end: headerSize(h) },
    table: { start: h.phoff, end: h.phoff + h.phnum * h.phentsize },
    dynamic: d && { start: d.offset, end: d.offset + d.size },
  };
}

/** Does one of these ranges, which are in order, have a byte in common with this one? */
export function touches(ranges: readonly Range[], start: number, end: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]!.start < end && start < end;
}

/**
 * Does a file load as another one does? Of tables that stand at the same place in both, only those are compared that
 * have a byte in `changed`, where alone the two may differ. (Behind the old end, all have the bytes of the new file.)
 *
 * @param shifts what may lie between the offsets of a segment's bytes in the two, 0 aside
 */
export function loadsAlike(
  a: LoaderView,
  b: LoaderView,
  changed: readonly Range[],
  shifts: readonly bigint[],
): boolean {
  if (a.facts !== b.facts || a.parts.length !== b.parts.length) return false;

  const hasLoads = b.loads.every((l) =>
    a.loads.some((m) => {
      const shift = BigInt(m.offset) - m.vaddr - (BigInt(l.offset) - l.vaddr);
      const skip = l.vaddr - m.vaddr;
      const holds = skip >= 0n && skip + l.memsz <= m.memsz && skip + BigInt(l.filesz) <= BigInt(m.filesz);
      return holds && (m.flags & l.flags) === l.flags && (shift === 0n || shifts.includes(shift));
    }),
  );
  return (
    hasLoads &&
    a.parts.every((p, i) => {
      const q = b.parts[i]!;
      if (p.name !== q.name || p.size !== q.size) return false;
      if (p.offset === q.offset && !touches(changed, p.offset, p.offset + p.size)) return true;
      return sameBytes(a.elf.source, p.offset, b.elf.source, q.offset, p.size);
    })
  );
}
