import { headerSize } from "../../image/headers/header.js";
import type { ElfFile, Section } from "../../image/elf.js";
import { loaderTables } from "../../image/dynamic/loader-tables.js";
import { PT, SHF, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { TABLE_NAMES } from "../../spec/table-kinds.js";
import { segmentTypeName } from "../../spec/names.js";
import type { Tolerant } from "../../image/tolerant.js";
import { type Load, loadFinder, type Loads } from "./loads.js";
import type { DescribedBy, PartKind } from "./model.js";
import { sectionKind } from "./section-kind.js";
import type { Claim } from "./tile.js";

/** What a claim says of its bytes. */
export interface Described {
  readonly kind: PartKind;
  readonly label: string;
  readonly by: DescribedBy;
  readonly section: number | null;
  /** Its bytes are more than the file, or its segment, has. */
  readonly cut: boolean;
}

type FileClaim = Claim<Described>;

/**
 * The lower wins: headers stand where the ELF header says; sections say more than tags, and tags more than program
 * headers.
 */
const RANK = { header: 0, table: 1, section: 2, dynamic: 3, segment: 4 } as const;

const claim = (
  start: number,
  size: number,
  rank: number,
  kind: PartKind,
  label: string,
  by: DescribedBy,
): FileClaim => ({ start, end: start + size, rank, of: { kind, label, by, section: null, cut: false } });

/** All that is said of the bytes of the file. */
export function fileClaims(elf: ElfFile, { loads, detached }: Loads, t: Tolerant): FileClaim[] {
  const h = elf.header;
  return [
    claim(0, headerSize(h), RANK.header, "elf-header", "ELF header", "header"),
    claim(h.phoff, h.phnum * h.phentsize, RANK.table, "program-headers", "program headers", "header"),
    claim(h.shoff, h.shnum * h.shentsize, RANK.table, "section-headers", "section headers", "header"),
    ...sectionClaims(elf, loads, t),
    ...(detached ? [] : [...loaderClaims(elf, t), ...segmentClaims(elf)]),
  ];
}

/** A section's name for people; its index where it has none that can be read. */
export const sectionCaption = (s: Section, t: Tolerant): string => t.part(() => s.name) || `[${s.index}]`;

function sectionClaims(elf: ElfFile, loads: readonly Load[], t: Tolerant): FileClaim[] {
  const find = loadFinder(loads);
  const size = elf.source.size;
  return (t.part(() => elf.sections) ?? []).flatMap((s): FileClaim[] => {
    const { type } = s.header;
    const wanted = s.header.near("size");
    if (type === SHT.NULL || wanted === 0) return [];

    const place =
      type === SHT.NOBITS
        ? backedZeros(s, find)
        : {
            start: s.header.near("offset"),
            end: Math.min(s.header.near("offset") + wanted, size),
            cut: s.header.near("offset") + wanted > size,
          };
    const label = sectionCaption(s, t);
    if (place && place.cut && type !== SHT.NOBITS) t.problem(`section ${label} reaches past the end of the file`);
    if (!place || place.start >= place.end) return [];

    return [
      {
        start: place.start,
        end: place.end,
        rank: RANK.section,
        of: { kind: sectionKind(s, label), label, by: "section", section: s.index, cut: place.cut },
      },
    ];
  });
}

/** SHT_NOBITS that has zeros in the file after all: 64-bit PowerPC's .plt stands in the middle of a PT_LOAD. */
function backedZeros(
  s: Section,
  find: (address: bigint) => Load | undefined,
): { start: number; end: number; cut: boolean } | undefined {
  const address = s.header.exact("addr");
  const flags = s.header.exact("flags");
  const l = flags & BigInt(SHF.ALLOC) && !(flags & BigInt(SHF.TLS)) ? find(address) : undefined;
  if (!l || address >= l.vaddr + l.filesz) return undefined;
  const start = l.start + Number(address - l.vaddr);
  const end = start + s.header.near("size");
  return { start, end: Math.min(end, l.end), cut: end > l.end };
}

/**
 * Tables that only start-up code and relocation find, by their tags: they cannot move, so {@link loaderTables} leaves
 * them out.
 */
const RANGES: readonly (readonly [label: string, kind: PartKind, start: number, size: number])[] = [
  [".rela.dyn", "table", DT.RELA, DT.RELASZ],
  [".rel.dyn", "table", DT.REL, DT.RELSZ],
  [".relr.dyn", "table", DT.RELR, DT.RELRSZ],
  [".plt relocations", "table", DT.JMPREL, DT.PLTRELSZ],
  [".init_array", "data", DT.INIT_ARRAY, DT.INIT_ARRAYSZ],
  [".fini_array", "data", DT.FINI_ARRAY, DT.FINI_ARRAYSZ],
  [".preinit_array", "data", DT.PREINIT_ARRAY, DT.PREINIT_ARRAYSZ],
];

/**
 * A file of more segments is a core dump: it has no tables of a loader, and looking for them costs segments by
 * segments.
 */
const MOST_SEGMENTS = 4096;

function loaderClaims(elf: ElfFile, t: Tolerant): FileClaim[] {
  if (elf.segments.length > MOST_SEGMENTS) return [];

  const tables = t.part(() => loaderTables(elf)) ?? [];
  const d = t.part(() => elf.dynamic);
  const out = tables.map(({ kind, offset, size }) => {
    const by = kind === "notes" || kind === "interpreter" ? "segment" : "dynamic";
    return claim(offset, size, RANK.dynamic, kind === "notes" ? "note" : "table", TABLE_NAMES[kind], by);
  });
  if (!d) return out;

  out.push(claim(d.offset, d.size, RANK.dynamic, "table", ".dynamic", "segment"));
  for (const [label, kind, start, size] of RANGES) {
    const address = d.get(start);
    const bytes = d.get(size);
    if (address === undefined || !bytes || bytes > BigInt(elf.source.size)) continue;
    const offset = elf.offsetOf(address, Number(bytes));
    if (offset !== undefined) out.push(claim(offset, Number(bytes), RANK.dynamic, kind, label, "dynamic"));
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

const segmentClaims = (elf: ElfFile): FileClaim[] =>
  elf.segments.flatMap((s): FileClaim[] => {
    const start = s.near("offset");
    const end = start + s.near("filesz");
    const size = elf.source.size;
    if (LIES_OVER.includes(s.type) || start >= size || start >= end) return [];

    const [kind, label] = SEGMENT_LABELS[s.type] ?? (["other", segmentTypeName(s.type, elf.header.machine)] as const);
    return [
      {
        start,
        end: Math.min(end, size),
        rank: RANK.segment,
        of: { kind, label, by: "segment", section: null, cut: end > size },
      },
    ];
  });
