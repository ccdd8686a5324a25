import { skipZeros } from "../codec/bytes.js";
import { hex } from "../error.js";
import { readExactly } from "../codec/source.js";
import type { ElfFile } from "../image/elf.js";
import { dynamicRelocations } from "../image/relocations.js";
import { isLoaded, type Section } from "../image/sections.js";
import type { Segment } from "../image/segments.js";
import type { SymbolTable } from "../image/symbols.js";
import { NT_GNU, PT, SHN, SHT, STB, STT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import type { Region, Rewrite } from "./rewrite.js";
import { COVER_NAME, LIES_OVER } from "./space.js";

/** The tag through which loaders reach a table, by its section's type. */
const TABLE_TAG: Readonly<Record<number, number>> = {
  [SHT.HASH]: DT.HASH, [SHT.GNU_HASH]: DT.GNU_HASH, [SHT.DYNSYM]: DT.SYMTAB, [SHT.STRTAB]: DT.STRTAB,
  [SHT.GNU_VERSYM]: DT.VERSYM, [SHT.GNU_VERNEED]: DT.VERNEED, [SHT.GNU_VERDEF]: DT.VERDEF,
};

/** No table of a loader needs more; a larger sh_addralign is a broken one. */
const LARGEST_ALIGN = 64;

/** Thrown inside this file only: why the bytes behind the table cannot be freed. */
class Stuck {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/**
 * The tables that must leave so that the program header table can grow up to `end`: `.interp`, whole note blocks, and the
 * tables of the dynamic section. Each can move, as loaders reach it through PT_* or DT_* alone; a reason in words where
 * something else stands there. `gone` are regions that leave anyway, `wanted` all that have new bytes.
 */
export function headBlocks(rewrite: Rewrite, start: number, end: number, gone: readonly Region[], wanted: readonly Region[]): Region[] | string {
  const { elf } = rewrite;
  if (elf.sections.length === 0) return "without section headers it is not known what stands behind the program header table";
  const load = elf.segments.find((s) => s.type === PT.LOAD && s.offset <= start && end <= s.offset + s.filesz);
  if (!load) return "the PT_LOAD that maps the program header table ends right behind it";
  const isGone = (offset: number, size: number) => gone.some((r) => r.offset <= offset && offset + size <= r.offset + r.size);
  const blocks = new Map<number, Region>(), free: { offset: number; size: number }[] = [...gone];
  try {
    for (const s of elf.sections) {
      const { type, offset, size } = s.header;
      if (type === SHT.NULL || type === SHT.NOBITS || size === 0 || offset >= end || offset + size <= start || isGone(offset, size)) continue;
      // What an earlier move left here was a table that might have been overwritten then.
      if (s.name === COVER_NAME) {
        free.push({ offset, size });
        continue;
      }
      const block = blockOf(rewrite, s, end, load);
      const region = wanted.find((r) => r.offset === block.offset) ?? block;
      blocks.set(region.offset, region);
    }
    const taken = [...free, ...blocks.values()];
    for (const s of elf.segments)
      if (!LIES_OVER.includes(s.type) && s.filesz > 0 && s.offset < end && s.offset + s.filesz > start && !taken.some((r) => r.offset <= s.offset && s.offset + s.filesz <= r.offset + r.size))
        throw new Stuck(`a segment of type ${hex(s.type)} stands behind the program header table`);
    assertDescribed(rewrite, start, end, taken);
    assertUnreferenced(rewrite, load.exact("vaddr") + BigInt(start - load.offset), load.exact("vaddr") + BigInt(end - load.offset));
  } catch (e) {
    if (e instanceof Stuck) return e.why;
    throw e;
  }
  return [...blocks.values()];
}

/** Bytes that no header names are only free when they are zero; the section header table is written anew elsewhere. */
function assertDescribed(rewrite: Rewrite, start: number, end: number, taken: readonly { offset: number; size: number }[]): void {
  const { elf } = rewrite, h = elf.header;
  const known = [...taken, { offset: h.shoff, size: h.shnum * h.shentsize }];
  const b = readExactly(elf.source, start, end - start, "the bytes behind the program header table");
  const odd = b.findIndex((x, i) => x !== 0 && !known.some((r) => r.offset <= start + i && start + i < r.offset + r.size));
  if (odd >= 0) throw new Stuck(`the byte at ${hex(start + odd)} behind the program header table belongs to no section, but is not free`);
}

function blockOf(rewrite: Rewrite, s: Section, end: number, load: Segment): Region {
  const { elf } = rewrite, { type, offset, size } = s.header;
  if (!isLoaded(s) || offset < load.offset || offset + size > load.offset + load.filesz) throw new Stuck(`${s.name} stands behind the program header table`);
  if (type === SHT.NOTE) return noteBlock(rewrite, s, end, load);
  const interp = elf.segments.find((p) => p.type === PT.INTERP && p.offset === offset && p.filesz === size);
  if (interp && !endsWithPath(elf, offset, size)) throw new Stuck("PT_INTERP holds more than a path, which code may address");
  const tag = TABLE_TAG[type];
  if (!interp && (tag === undefined || elf.dynamic?.get(tag) !== s.header.exact("addr"))) throw new Stuck(`${s.name}, which code may address, stands behind the program header table`);
  return { name: interp ? ".interp" : type === SHT.STRTAB ? ".dynstr" : s.name, offset, address: s.header.exact("addr"), size, align: interp ? 1 : Math.min(Math.max(8, s.header.addralign), LARGEST_ALIGN), writable: false, newSize: size };
}

function endsWithPath(elf: ElfFile, offset: number, size: number): boolean {
  const b = readExactly(elf.source, offset, size, "PT_INTERP");
  return skipZeros(b, b.indexOf(0)) === size;
}

/**
 * Notes that kernels, loaders and tools find through PT_NOTE, by owner and type; null stands for all types of an owner.
 * Others may be addressed by code (a program's own notes), so their bytes are never overwritten.
 */
const WELL_KNOWN: Readonly<Record<string, readonly number[] | null>> = {
  GNU: [NT_GNU.ABI_TAG, NT_GNU.BUILD_ID, NT_GNU.PROPERTY_TYPE_0], Android: null, FreeBSD: null, NetBSD: null, OpenBSD: null, DragonFly: null, OHOS: null, FDO: null, Go: null, Xen: null,
};

function isWellKnown(n: { readonly owner: string; readonly type: number }): boolean {
  const types = Object.hasOwn(WELL_KNOWN, n.owner) ? WELL_KNOWN[n.owner] : undefined;
  return types === null || types?.includes(n.type) === true;
}

/** A PT_NOTE moves as a whole, with every section and segment that shares bytes with it. */
function noteBlock(rewrite: Rewrite, section: Section, end: number, load: Segment): Region {
  const { elf } = rewrite;
  let from = section.header.offset, to = from + section.header.size, align = Math.max(4, section.header.addralign);
  const parts = [
    ...elf.segments.filter((s) => s.type === PT.NOTE || s.type === PT.GNU_PROPERTY).map((s) => ({ offset: s.offset, size: s.filesz, align: s.align })),
    ...elf.sections.filter((s) => s.header.type === SHT.NOTE && isLoaded(s)).map((s) => ({ offset: s.header.offset, size: s.header.size, align: s.header.addralign })),
  ];
  for (let again = true; again; ) {
    again = false;
    for (const p of parts)
      if (p.size > 0 && p.offset < to && p.offset + p.size > from) {
        align = Math.max(align, p.align);
        again ||= p.offset < from || p.offset + p.size > to;
        from = Math.min(from, p.offset);
        to = Math.max(to, p.offset + p.size);
      }
  }
  if (from < load.offset || to > load.offset + load.filesz) throw new Stuck("a note segment reaches out of its PT_LOAD");
  const odd = elf.notes.find((n) => from <= n.offset && n.offset < Math.min(to, end) && !isWellKnown(n));
  if (odd) throw new Stuck(`a note of ${odd.owner}, which code may address, stands behind the program header table`);
  return { name: "notes", offset: from, address: load.exact("vaddr") + BigInt(from - load.offset), size: to - from, align: Math.min(align, LARGEST_ALIGN), writable: false, newSize: to - from };
}

/**
 * May code reach bytes through this symbol? Not through section symbols, nor through the local ones that start files put on
 * their notes (__abi_tag); a thread-local symbol's value is no address, an absolute one's is nobody's bytes.
 */
function leadsToBytes(elf: ElfFile, s: { readonly info: number; readonly shndx: number }): boolean {
  const type = s.info & 15;
  if (s.shndx === SHN.UNDEF || s.shndx >= SHN.LORESERVE || type === STT.SECTION || type === STT.TLS) return false;
  return s.info >> 4 !== STB.LOCAL || elf.sections[s.shndx]?.header.type !== SHT.NOTE;
}

/** The bytes that the grown table overwrites must not be anything that code reaches: no symbol, no relocation may lead there. */
function assertUnreferenced(rewrite: Rewrite, start: bigint, end: bigint): void {
  const { elf } = rewrite, inside = (a: bigint) => start <= a && a < end;
  for (const table of [elf.dynamicSymbols, elf.symbols])
    for (const { index, symbol: s } of table?.records() ?? [])
      if (inside(s.exact("value")) && leadsToBytes(elf, s)) throw new Stuck(`symbol ${nameOf(table!, s.name) || index} stands behind the program header table`);
  for (const r of dynamicRelocations(elf))
    if (inside(r.offset) || (r.symbol === 0 && r.addend !== undefined && inside(r.addend))) throw new Stuck(`a relocation leads to the bytes behind the program header table`);
}

const nameOf = (table: SymbolTable, at: number): string => (table.strings && at < table.strings.size ? table.strings.at(at) : "");
