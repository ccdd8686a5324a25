import { alignUp, decodeText, viewOf } from "../../codec/bytes.js";
import { Nhdr } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { NT_GNU, PT, SHT } from "../../spec/constants.js";
import type { ElfFile, ElfNote } from "../elf.js";
import { sectionsOf } from "../headers/sections.js";

/** Larger tables of notes, as in a core file or an attack, are not read into memory. */
const LARGEST_TABLE = 64 << 20;

/** A table of notes in the file. Offset and size in bytes. */
interface NoteTable {
  readonly offset: number;
  readonly size: number;
  /** What each note and description is padded to: 4 or 8. */
  readonly align: number;
}

/**
 * All notes of the PT_NOTE segments; of the SHT_NOTE sections where the file has no segments (ET_REL). A broken note
 * ends its table.
 */
export function readNotes(elf: ElfFile): ElfNote[] {
  // By offset and size, since several headers may describe the same table.
  const tables = new Map<string, NoteTable>();
  const add = (offset: bigint, size: bigint, align: bigint) => {
    if (size > 0n && size <= BigInt(LARGEST_TABLE) && offset + size <= BigInt(elf.source.size)) {
      tables.set(`${offset} ${size}`, { offset: Number(offset), size: Number(size), align: align === 8n ? 8 : 4 });
    }
  };
  for (const s of elf.segments) {
    if (s.type === PT.NOTE) add(s.exact("offset"), s.exact("filesz"), s.exact("align"));
  }
  if (elf.segments.length === 0) {
    for (const { header: s } of sectionsOf(elf, SHT.NOTE)) {
      add(s.exact("offset"), s.exact("size"), s.exact("addralign"));
    }
  }

  // Tables that overlap again and again are an attack: nothing is read beyond the size of the file.
  const notes: ElfNote[] = [];
  let left = elf.source.size;
  for (const table of tables.values()) {
    left -= table.size;
    if (left < 0) continue;
    for (const note of notesOf(elf, table)) notes.push(note);
  }

  return notes;
}

/**
 * Notes that only a section header leads to, since nobody needs them in memory: probes (`.note.stapsdt`), the version
 * of gold. Notes that {@link readNotes} has are not among them.
 */
export function readUnloadedNotes(elf: ElfFile): ElfNote[] {
  if (elf.segments.length === 0) return [];

  const known = new Set(elf.notes.map((n) => n.offset));
  const notes: ElfNote[] = [];
  let left = elf.source.size;
  for (const { header: s } of elf.sections) {
    const offset = s.near("offset");
    const size = s.near("size");
    const isReadable = size > 0 && size <= LARGEST_TABLE && offset + size <= elf.source.size;
    if (s.type !== SHT.NOTE || !isReadable) continue;

    left -= size;
    if (left < 0) continue;
    for (const note of notesOf(elf, { offset, size, align: s.near("addralign") === 8 ? 8 : 4 })) {
      if (!known.has(note.offset)) notes.push(note);
    }
  }

  return notes;
}

/**
 * The notes of a table. mold puts notes of both alignments into one PT_NOTE, so if the stated alignment does not lead
 * to the end, the other one is tried.
 */
function notesOf(elf: ElfFile, { offset, size, align }: NoteTable): ElfNote[] {
  const bytes = readExactly(elf.source, offset, size, "a note segment");
  const stated = [...parseNotes(elf, bytes, offset, align)];
  const last = stated[stated.length - 1];
  const reached = last ? last.description.byteOffset + last.description.length - bytes.byteOffset : 0;
  if (size - reached < Nhdr.size(elf.header.class)) return stated;

  const otherAlign = 12 - align;
  const other = [...parseNotes(elf, bytes, offset, otherAlign)];
  return other.length > stated.length ? other : stated;
}

/** Go's linker counts the padding of its name (cmd/link/internal/ld/elf.go). Loaders take "GNU" without any alone. */
const ownerName = (name: string): string => (name === "Go\0" ? "Go" : name);

/** @param offset the file offset of the bytes */
function* parseNotes(elf: ElfFile, bytes: Uint8Array, offset: number, align: number): Generator<ElfNote> {
  const data = viewOf(bytes);
  const headSize = Nhdr.size(elf.header.class);
  let at = 0;
  while (at + headSize <= bytes.length) {
    const head = Nhdr.view(data, at, elf.header);
    const ownerAt = at + headSize;
    const descriptionAt = alignUp(ownerAt + head.namesz, align);
    const end = descriptionAt + head.descsz;
    if (end > bytes.length) return;

    const owner = bytes.subarray(ownerAt, ownerAt + head.namesz);
    yield {
      owner: ownerName(decodeText(owner[owner.length - 1] === 0 ? owner.subarray(0, -1) : owner)),
      type: head.type,
      description: bytes.subarray(descriptionAt, end),
      offset: offset + at,
    };
    at = alignUp(end, align);
  }
}

/**
 * Notes that kernels, loaders and tools find through PT_NOTE, by owner and type. Null stands for all types of an owner.
 * Any other note is a program's own: code may have its address, so its bytes are never overwritten.
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

function isWellKnown({ owner, type }: ElfNote): boolean {
  const types = Object.hasOwn(WELL_KNOWN, owner) ? WELL_KNOWN[owner] : undefined;
  return types === null || types?.includes(type) === true;
}

/** The program's own notes in a range of the file. Code may have their addresses. */
export function ownNotes(elf: ElfFile, range: { readonly offset: number; readonly size: number }): ElfNote[] {
  const start = range.offset;
  const end = start + range.size;
  return elf.notes.filter((n) => start <= n.offset && n.offset < end && !isWellKnown(n));
}
