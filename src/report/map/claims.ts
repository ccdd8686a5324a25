import { loaderTables } from "../../image/dynamic/loader-tables.js";
import type { ElfFile, Section } from "../../image/elf.js";
import { headerSize } from "../../image/headers/header.js";
import type { Tolerant } from "../../image/tolerant.js";
import { PT, SHF, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { segmentTypeName } from "../../spec/names.js";
import { TABLE_NAMES } from "../../spec/table-kinds.js";
import { type Load, loadFinder, type Loads } from "./loads.js";
import type { DescribedBy, PartKind } from "./model.js";
import { sectionKind } from "./section-kind.js";
import type { Claim } from "./tile.js";

/** What a claim says of its bytes. */
export interface ByteDescription {
  readonly kind: PartKind;
  readonly label: string;
  readonly by: DescribedBy;
  readonly section: number | null;
  /** It describes more bytes than the file, or its segment, has. */
  readonly cut: boolean;
}

type FileClaim = Claim<ByteDescription>;

/**
 * The lower rank wins. Headers stand where the ELF header says; sections say more than tags, and tags more than program
 * headers.
 */
const RANK = { header: 0, table: 1, section: 2, dynamic: 3, segment: 4 } as const;

/** All that is said of the bytes of the file. */
export function fileClaims(elf: ElfFile, { loads, detached }: Loads, tolerant: Tolerant): FileClaim[] {
  const { header } = elf;
  const { phoff, phnum, phentsize, shoff, shnum, shentsize } = header;
  return [
    claim(0, headerSize(header), RANK.header, "elf-header", "ELF header", "header"),
    claim(phoff, phnum * phentsize, RANK.table, "program-headers", "program headers", "header"),
    claim(shoff, shnum * shentsize, RANK.table, "section-headers", "section headers", "header"),
    ...sectionClaims(elf, loads, tolerant),
    ...(detached ? [] : [...loaderClaims(elf, tolerant), ...segmentClaims(elf)]),
  ];
}

const claim = (
  start: number,
  size: number,
  rank: number,
  kind: PartKind,
  label: string,
  by: DescribedBy,
): FileClaim => ({ start, end: start + size, rank, of: { kind, label, by, section: null, cut: false } });

/** A section's name for people; its index where it has no readable name. */
export const sectionCaption = (section: Section, tolerant: Tolerant): string =>
  tolerant.part(() => section.name) || `[${section.index}]`;

function sectionClaims(elf: ElfFile, loads: readonly Load[], tolerant: Tolerant): FileClaim[] {
  const findLoad = loadFinder(loads);
  const out: FileClaim[] = [];
  for (const section of tolerant.part(() => elf.sections) ?? []) {
    const { index, header } = section;
    if (header.type === SHT.NULL || header.near("size") === 0) continue;

    const isNobits = header.type === SHT.NOBITS;
    const place = isNobits ? backedZeros(section, findLoad) : placeInFile(section, elf.source.size);
    const label = sectionCaption(section, tolerant);
    if (!place) continue;

    const { start, end, cut } = place;
    if (cut && !isNobits) tolerant.problem(`section ${label} reaches past the end of the file`);
    if (start >= end) continue;

    const kind = sectionKind(section, label);
    out.push({ start, end, rank: RANK.section, of: { kind, label, by: "section", section: index, cut } });
  }

  return out;
}

interface Place {
  readonly start: number;
  readonly end: number;
  readonly cut: boolean;
}

function placeInFile({ header }: Section, fileSize: number): Place {
  const start = header.near("offset");
  const end = start + header.near("size");
  return { start, end: Math.min(end, fileSize), cut: end > fileSize };
}

/** Finds the zeros that a SHT_NOBITS section has in the file after all: 64-bit PowerPC's .plt is amid a PT_LOAD. */
function backedZeros({ header }: Section, findLoad: (address: bigint) => Load | undefined): Place | undefined {
  const address = header.exact("addr");
  const flags = header.exact("flags");
  const isInMemory = (flags & BigInt(SHF.ALLOC)) !== 0n && (flags & BigInt(SHF.TLS)) === 0n;
  const load = isInMemory ? findLoad(address) : undefined;
  if (!load || address >= load.vaddr + load.filesz) return undefined;

  const start = load.start + Number(address - load.vaddr);
  const end = start + header.near("size");
  return { start, end: Math.min(end, load.end), cut: end > load.end };
}

/**
 * Tables that only start-up code and relocation find, by their tags. They cannot move, so {@link loaderTables} leaves
 * them out.
 */
const RANGES: readonly (readonly [label: string, kind: PartKind, addressTag: number, sizeTag: number])[] = [
  [".rela.dyn", "table", DT.RELA, DT.RELASZ],
  [".rel.dyn", "table", DT.REL, DT.RELSZ],
  [".relr.dyn", "table", DT.RELR, DT.RELRSZ],
  [".plt relocations", "table", DT.JMPREL, DT.PLTRELSZ],
  [".init_array", "data", DT.INIT_ARRAY, DT.INIT_ARRAYSZ],
  [".fini_array", "data", DT.FINI_ARRAY, DT.FINI_ARRAYSZ],
  [".preinit_array", "data", DT.PREINIT_ARRAY, DT.PREINIT_ARRAYSZ],
];

/**
 * A file of more segments is a core dump. It has no tables of a loader, and looking for them takes time by the square
 * of the segments.
 */
const MOST_SEGMENTS = 4096;

function loaderClaims(elf: ElfFile, tolerant: Tolerant): FileClaim[] {
  if (elf.segments.length > MOST_SEGMENTS) return [];

  const tables = tolerant.part(() => loaderTables(elf)) ?? [];
  const dynamic = tolerant.part(() => elf.dynamic);
  const out = tables.map(({ kind, offset, size }) => {
    const by = kind === "notes" || kind === "interpreter" ? "segment" : "dynamic";
    return claim(offset, size, RANK.dynamic, kind === "notes" ? "note" : "table", TABLE_NAMES[kind], by);
  });
  if (!dynamic) return out;

  out.push(claim(dynamic.offset, dynamic.size, RANK.dynamic, "table", ".dynamic", "segment"));
  for (const [label, kind, addressTag, sizeTag] of RANGES) {
    const address = dynamic.get(addressTag);
    const size = dynamic.get(sizeTag);
    if (address === undefined || !size || size > BigInt(elf.source.size)) continue;

    const offset = elf.offsetOf(address, Number(size));
    if (offset !== undefined) out.push(claim(offset, Number(size), RANK.dynamic, kind, label, "dynamic"));
  }

  return out;
}

/** Program headers that lie over what others describe, and say nothing of their bytes. */
const LIES_OVER: readonly number[] = [PT.NULL, PT.LOAD, PT.PHDR, PT.GNU_RELRO, PT.GNU_STACK];
const SEGMENT_LABELS: Readonly<Record<number, readonly [PartKind, string]>> = {
  [PT.INTERP]: ["table", ".interp"],
  [PT.NOTE]: ["note", "notes"],
  [PT.GNU_PROPERTY]: ["note", "notes"],
  [PT.GNU_EH_FRAME]: ["read-only", ".eh_frame_hdr"],
  [PT.TLS]: ["data", ".tdata"],
  [PT.DYNAMIC]: ["table", ".dynamic"],
};

function segmentClaims({ segments, header, source }: ElfFile): FileClaim[] {
  const out: FileClaim[] = [];
  for (const segment of segments) {
    const { type } = segment;
    const start = segment.near("offset");
    const end = start + segment.near("filesz");
    if (LIES_OVER.includes(type) || start >= source.size || start >= end) continue;

    const [kind, label] = SEGMENT_LABELS[type] ?? (["other", segmentTypeName(type, header.machine)] as const);
    const cut = end > source.size;
    out.push({
      start,
      end: Math.min(end, source.size),
      rank: RANK.segment,
      of: { kind, label, by: "segment", section: null, cut },
    });
  }

  return out;
}
