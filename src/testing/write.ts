import { alignUp, concat } from "../codec/bytes.js";
import type { Encoding } from "../codec/encoding.js";
import { Phdr, Shdr } from "../codec/records.js";
import { headerSize, headerView } from "../image/headers/header.js";
import { PF, PN_XNUM, PT, SHN, SHT } from "../spec/constants.js";
import type { Image, PlacedSegment } from "./layout.js";
import { encodeRecords } from "./parts.js";

/** What the ELF header says besides places and numbers of tables, and the overlay. */
export interface Identity {
  readonly e: Encoding;
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

export function writeElf(id: Identity & { entry: bigint; extendedNumbering: boolean }, image: Image): Uint8Array {
  const { e } = id;
  const { parts, segments, shoff } = image;
  const b = new Uint8Array(image.size);
  const shnum = shoff > 0 ? parts.length + 1 : 0;
  const isExtended = id.extendedNumbering && shnum > 0;
  writeHeader(b, id, {
    entry: id.entry,
    phoff: image.phoff,
    phnum: isExtended && segments.length > 0 ? PN_XNUM : segments.length,
    shoff,
    shnum: isExtended ? 0 : shnum,
    shstrndx: isExtended ? SHN.XINDEX : Math.max(shnum - 1, 0),
  });
  b.set(encodeSegments(segments, e), image.phoff);
  for (const p of parts) if (p.type !== SHT.NOBITS && p.bytes) b.set(p.bytes(image), p.offset);

  if (shnum > 0) {
    const zero = isExtended ? { size: shnum, link: shnum - 1, info: segments.length } : {};
    const rows = parts.map((p) => ({
      name: image.names.offsetOf(p.name),
      type: p.type,
      flags: p.flags,
      addr: p.address,
      offset: p.offset,
      size: p.size,
      link: p.link === undefined ? 0 : image.index(p.link),
      info: p.info ?? 0,
      addralign: p.align,
      entsize: p.entsize ?? 0,
    }));
    b.set(encodeRecords(Shdr, e, [zero, ...rows]), shoff);
  }

  return concat([b, id.overlay]);
}

/** A core file: one PT_NOTE, the process's memory, no sections. */
export function writeCore(
  id: Identity,
  notes: readonly Uint8Array[],
  memory: readonly BuildMemory[] | undefined,
  page: number,
): Uint8Array {
  const { e } = id;
  const note = concat(notes);
  const loads = memory ?? defaultMemory(e, page);
  let at = headerSize(e) + (1 + loads.length) * Phdr.size(e.class);
  const segments: PlacedSegment[] = [
    { type: PT.NOTE, flags: 0, offset: at, vaddr: 0n, filesz: note.length, memsz: 0, align: 4 },
  ];
  at += note.length;

  for (const m of loads) {
    at = alignUp(at, page);
    const filesz = m.fileSize ?? m.size;
    segments.push({
      type: PT.LOAD,
      flags: m.flags ?? PF.R,
      offset: at,
      vaddr: BigInt(m.address),
      filesz,
      memsz: m.size,
      align: page,
    });
    at += filesz;
  }

  const b = new Uint8Array(at);
  writeHeader(b, id, { entry: 0n, phoff: headerSize(e), phnum: segments.length, shoff: 0, shnum: 0, shstrndx: 0 });
  b.set(encodeSegments(segments, e), headerSize(e));
  b.set(note, segments[0]!.offset);

  return concat([b, id.overlay]);
}

function defaultMemory(e: Encoding, page: number): BuildMemory[] {
  const out = [
    { address: 0x400000, size: page, flags: PF.R | PF.X },
    { address: 0x600000, size: 4 * page, fileSize: 0, flags: PF.R | PF.W },
  ];
  // x86-64's vsyscall page.
  return e.class === 64 ? [...out, { address: 0xffffffffff600000n, size: page, flags: PF.X }] : out;
}

function encodeSegments(segments: readonly PlacedSegment[], e: Encoding): Uint8Array {
  return encodeRecords(
    Phdr,
    e,
    segments.map(({ type, flags, offset, vaddr, filesz, memsz, align }) => ({
      type,
      flags,
      offset,
      vaddr,
      paddr: vaddr,
      filesz,
      memsz,
      align,
    })),
  );
}

function writeHeader(
  b: Uint8Array,
  { e, type, machine, osabi, flags }: Identity,
  tables: { entry: bigint; phoff: number; phnum: number; shoff: number; shnum: number; shstrndx: number },
): void {
  const EV_CURRENT = 1;
  b.set([0x7f, 0x45, 0x4c, 0x46, e.class === 64 ? 2 : 1, e.littleEndian ? 1 : 2, EV_CURRENT, osabi]);
  const h = headerView(b, e);
  const { entry, ...numbers } = tables;
  h.setExact("entry", entry);
  Object.assign(h, {
    type,
    machine,
    version: EV_CURRENT,
    flags,
    ehsize: headerSize(e),
    phentsize: tables.phnum > 0 ? Phdr.size(e.class) : 0,
    shentsize: tables.shoff > 0 ? Shdr.size(e.class) : 0,
    ...numbers,
  });
}
