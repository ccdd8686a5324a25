import { alignUp, concat } from "../codec/bytes.js";
import type { Encoding } from "../codec/encoding.js";
import { Phdr, Shdr } from "../codec/records.js";
import { headerSize, headerView } from "../image/headers/header.js";
import { PF, PN_XNUM, PT, SHN, SHT } from "../spec/constants.js";
import type { Image, PlacedSegment } from "./layout.js";
import { encodeRecords } from "./parts.js";

/** What the ELF header says, except places and numbers of tables; and the overlay. */
export interface Identity {
  readonly encoding: Encoding;
  readonly type: number;
  readonly machine: number;
  readonly osabi: number;
  readonly flags: number;
  readonly overlay: Uint8Array;
}

/** One PT_LOAD of a core file. */
export interface BuildMemory {
  readonly address: number | bigint;
  /** Bytes in memory. */
  readonly size: number;
  /** Bytes of it in the file. Default: all. */
  readonly fileSize?: number;
  /** PF_*. Default: PF_R. */
  readonly flags?: number;
}

/** What else the ELF header of a file with parts says. */
export interface ElfIdentity extends Identity {
  readonly entry: bigint;
  readonly extendedNumbering: boolean;
}

export function writeElf(identity: ElfIdentity, image: Image): Uint8Array {
  const { parts, segments, phoff, shoff } = image;
  const shnum = shoff > 0 ? parts.length + 1 : 0;
  const isExtended = identity.extendedNumbering && shnum > 0;
  const bytes = new Uint8Array(image.size);

  writeHeader(bytes, identity, {
    entry: identity.entry,
    phoff,
    phnum: isExtended && segments.length > 0 ? PN_XNUM : segments.length,
    shoff,
    shnum: isExtended ? 0 : shnum,
    shstrndx: isExtended ? SHN.XINDEX : Math.max(shnum - 1, 0),
  });
  bytes.set(encodeSegments(segments, identity.encoding), phoff);
  for (const part of parts) {
    if (part.type !== SHT.NOBITS && part.bytes) bytes.set(part.bytes(image), part.offset);
  }
  if (shnum > 0) bytes.set(encodeSections(image, shnum, isExtended, identity.encoding), shoff);

  return concat([bytes, identity.overlay]);
}

/** A core file: one PT_NOTE, the process's memory, no sections. */
export function writeCore(
  identity: Identity,
  notes: readonly Uint8Array[],
  memory: readonly BuildMemory[] | undefined,
  page: number,
): Uint8Array {
  const { encoding } = identity;
  const phoff = headerSize(encoding);
  const note = concat(notes);
  const loads = memory ?? defaultMemory(encoding, page);
  const noteAt = phoff + (1 + loads.length) * Phdr.size(encoding.class);

  let at = noteAt + note.length;
  const segments: PlacedSegment[] = [
    { type: PT.NOTE, flags: 0, offset: noteAt, vaddr: 0n, filesz: note.length, memsz: 0, align: 4 },
  ];
  for (const { address, size, fileSize: filesz = size, flags = PF.R } of loads) {
    at = alignUp(at, page);
    segments.push({ type: PT.LOAD, flags, offset: at, vaddr: BigInt(address), filesz, memsz: size, align: page });
    at += filesz;
  }

  const bytes = new Uint8Array(at);
  writeHeader(bytes, identity, { entry: 0n, phoff, phnum: segments.length, shoff: 0, shnum: 0, shstrndx: 0 });
  bytes.set(encodeSegments(segments, encoding), phoff);
  bytes.set(note, noteAt);
  return concat([bytes, identity.overlay]);
}

function defaultMemory(encoding: Encoding, page: number): BuildMemory[] {
  const out: BuildMemory[] = [
    { address: 0x400000, size: page, flags: PF.R | PF.X },
    { address: 0x600000, size: 4 * page, fileSize: 0, flags: PF.R | PF.W },
  ];
  // x86-64's vsyscall page.
  if (encoding.class === 64) out.push({ address: 0xffffffffff600000n, size: page, flags: PF.X });
  return out;
}

function encodeSegments(segments: readonly PlacedSegment[], encoding: Encoding): Uint8Array {
  const rows = segments.map(({ type, flags, offset, vaddr, filesz, memsz, align }) => ({
    type,
    flags,
    offset,
    vaddr,
    paddr: vaddr,
    filesz,
    memsz,
    align,
  }));
  return encodeRecords(Phdr, encoding, rows);
}

function encodeSections(image: Image, shnum: number, isExtended: boolean, encoding: Encoding): Uint8Array {
  const zero = isExtended ? { size: shnum, link: shnum - 1, info: image.segments.length } : {};
  const rows = image.parts.map((part) => ({
    name: image.names.offsetOf(part.name),
    type: part.type,
    flags: part.flags,
    addr: part.address,
    offset: part.offset,
    size: part.size,
    link: part.link === undefined ? 0 : image.index(part.link),
    info: part.info ?? 0,
    addralign: part.align,
    entsize: part.entsize ?? 0,
  }));
  return encodeRecords(Shdr, encoding, [zero, ...rows]);
}

interface TableNumbers {
  readonly phoff: number;
  readonly phnum: number;
  readonly shoff: number;
  readonly shnum: number;
  readonly shstrndx: number;
}

function writeHeader(
  bytes: Uint8Array,
  { encoding, type, machine, osabi, flags }: Identity,
  { entry, ...tables }: TableNumbers & { readonly entry: bigint },
): void {
  const EV_CURRENT = 1;
  const elfClass = encoding.class === 64 ? 2 : 1;
  const elfData = encoding.littleEndian ? 1 : 2;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, elfClass, elfData, EV_CURRENT, osabi]);

  const header = headerView(bytes, encoding);
  header.setExact("entry", entry);
  Object.assign(header, {
    type,
    machine,
    version: EV_CURRENT,
    flags,
    ehsize: headerSize(encoding),
    phentsize: tables.phnum > 0 ? Phdr.size(encoding.class) : 0,
    shentsize: tables.shoff > 0 ? Shdr.size(encoding.class) : 0,
    ...tables,
  });
}
