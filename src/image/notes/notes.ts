import { alignUp, decodeText, viewOf } from "../../codec/bytes.js";
import { Nhdr } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { NT_GNU, PT, SHT } from "../../spec/constants.js";
import type { ElfFile, ElfNote } from "../elf.js";
import { sectionsOf } from "../headers/sections.js";

/** Notes larger than this in a core file or an attack are not read into memory. */
const LARGEST_TABLE = 64 << 20;

/**
 * All notes of the PT_NOTE segments, or of the SHT_NOTE sections where the file has no segments (ET_REL). A broken note
 * ends its table.
 */
export function readNotes(elf: ElfFile): ElfNote[] {
  const ranges = new Map<string, { offset: number; size: number; align: number }>();
  const add = (offset: bigint, size: bigint, align: bigint) => {
    if (size > 0n && size <= BigInt(LARGEST_TABLE) && offset + size <= BigInt(elf.source.size)) {
      ranges.set(`${offset} ${size}`, { offset: Number(offset), size: Number(size), align: align === 8n ? 8 : 4 });
    }
  };
  for (const s of elf.segments) if (s.type === PT.NOTE) add(s.exact("offset"), s.exact("filesz"), s.exact("align"));

  if (elf.segments.length === 0) {
    for (const { header: s } of sectionsOf(elf, SHT.NOTE)) {
      add(s.exact("offset"), s.exact("size"), s.exact("addralign"));
    }
  }

  // Ranges that overlap more than they should are an attack: stop when more was read than the file holds.
  let left = elf.source.size;
  const out: ElfNote[] = [];
  for (const r of ranges.values()) if ((left -= r.size) >= 0) for (const n of parse(elf, r)) out.push(n);

  return out;
}

/**
 * Notes that only a section header leads to, since nobody needs them in memory: probes (`.note.stapsdt`), gold's
 * version. Those that {@link readNotes} has are not among them.
 */
export function readUnloadedNotes(elf: ElfFile): ElfNote[] {
  if (elf.segments.length === 0) return [];

  const known = new Set(elf.notes.map((n) => n.offset));
  const out: ElfNote[] = [];
  let left = elf.source.size;

  for (const { header: s } of elf.sections) {
    const offset = s.near("offset");
    const size = s.near("size");
    if (
      s.type !== SHT.NOTE ||
      size === 0 ||
      size > LARGEST_TABLE ||
      offset + size > elf.source.size ||
      (left -= size) < 0
    ) {
      continue;
    }

    for (const n of parse(elf, { offset, size, align: s.near("addralign") === 8 ? 8 : 4 })) {
      if (!known.has(n.offset)) out.push(n);
    }
  }

  return out;
}

/**
 * mold puts notes of both alignments into one PT_NOTE: where the one it states does not lead to the end, the other may.
 */
function parse(elf: ElfFile, { offset, size, align }: { offset: number; size: number; align: number }): ElfNote[] {
  const bytes = readExactly(elf.source, offset, size, "a note segment");
  const stated = [...notesIn(elf, bytes, offset, align)];
  const last = stated[stated.length - 1];
  const reached = last ? last.description.byteOffset + last.description.length - bytes.byteOffset : 0;
  if (size - reached < Nhdr.size(elf.header.class)) return stated;
  const other = [...notesIn(elf, bytes, offset, 12 - align)];
  return other.length > stated.length ? other : stated;
}

function* notesIn(elf: ElfFile, b: Uint8Array, offset: number, align: number): Generator<ElfNote> {
  const data = viewOf(b);
  const head = Nhdr.size(elf.header.class);
  const size = b.length;

  for (let at = 0; at + head <= size;) {
    const n = Nhdr.view(data, at, elf.header);
    const desc = alignUp(at + head + n.namesz, align);
    const end = desc + n.descsz;
    if (end > size) return;

    const owner = b.subarray(at + head, at + head + n.namesz);
    yield {
      owner: decodeText(owner[owner.length - 1] === 0 ? owner.subarray(0, -1) : owner),
      type: n.type,
      description: b.subarray(desc, end),
      offset: offset + at,
    };
    at = alignUp(end, align);
  }
}

/**
 * Notes that kernels, loaders and tools find through PT_NOTE, by owner and type; null stands for all types of an owner.
 * Others may be addressed by code (a program's own notes), so their bytes are never overwritten.
 */
const WELL_KNOWN: Readonly<Record<string, readonly number[] | null>> = {
  GNU: [NT_GNU.ABI_TAG, NT_GNU.BUILD_ID, NT_GNU.PROPERTY_TYPE_0],
  Android: null,
  FreeBSD: null,
  NetBSD: null,
  OpenBSD: null,
  DragonFly: null,
  OHOS: null,
  FDO: null,
  Go: null,
  Xen: null,
};

function isWellKnown(n: { readonly owner: string; readonly type: number }): boolean {
  const types = Object.hasOwn(WELL_KNOWN, n.owner) ? WELL_KNOWN[n.owner] : undefined;
  return types === null || types?.includes(n.type) === true;
}

/** The program's own notes in a range of the file: code may hold their addresses. */
export const ownNotes = (
  elf: ElfFile,
  { offset, size }: { readonly offset: number; readonly size: number },
): ElfNote[] => elf.notes.filter((n) => offset <= n.offset && n.offset < offset + size && !isWellKnown(n));
