import { Sym } from "../../codec/records.js";
import { PF, PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder } from "../../spec/machines.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { MEMORY } from "../../spec/machines/lists/memory.js";
import type { TableKind } from "../../spec/table-kinds.js";
import type { ElfFile } from "../elf.js";
import { gnuHashTable, sysvHashTable } from "./hash.js";
import { isLoaded } from "../headers/sections.js";

/**
 * A table that kernels and loaders reach through a program header or a dynamic tag. Such a table can move, as long as
 * the pointer follows. Offset and size in bytes.
 */
export interface LoaderTable {
  readonly kind: TableKind;
  readonly offset: number;
  readonly address: bigint;
  readonly size: number;
  /** What its place must be a multiple of. */
  readonly align: number;
}

interface Found {
  readonly kind: TableKind;
  readonly offset: number;
  readonly size: number;
  readonly align: number;
}

/** No table of a loader needs more; a larger sh_addralign or p_align is a broken one. */
const LARGEST_ALIGN = 64;

/**
 * The tables by PT_* and DT_* alone, so that they are found without section headers, too. A section that begins with
 * one and is longer (padding, an empty hash table's chain) says how far it reaches. Relocation tables are not among
 * them: start-up code of static programs holds their addresses.
 */
export function loaderTables(elf: ElfFile): LoaderTable[] {
  const sections = new Map(
    elf.sections
      .filter((s) => isLoaded(s) && s.header.type !== SHT.NOBITS && s.header.size > 0)
      .map((s) => [s.header.offset, s.header]),
  );
  const found = [...segmentTables(elf), ...ownSections(elf), ...dynamicTables(elf), ...noteBlocks(elf)];
  return found.flatMap((t) => {
    // A section of the program's own bytes may begin with a table, but does not belong to it as a whole.
    const section = sections.get(t.offset);
    const isOwn =
      section !== undefined && t.kind !== "notes" && (section.type !== SHT.PROGBITS || t.kind === "interpreter");
    const size = Math.max(t.size, isOwn ? section.size : 0);
    const address = size > 0 ? elf.addressOf(t.offset, size) : undefined;
    if (address === undefined) return [];

    const align =
      t.kind === "interpreter" ? 1 : Math.min(Math.max(t.align, isOwn ? section.addralign : 1), LARGEST_ALIGN);
    return [{ kind: t.kind, offset: t.offset, address, size, align }];
  });
}

/** The machine's own tables by p_type or sh_type. */
function ownKinds(elf: ElfFile, by: "segment" | "section"): Map<number, TableKind> {
  const kinds = new Map<number, TableKind>();
  for (const { type, section } of cardOf(MEMORY, elf.header.machine)?.segments ?? []) {
    if (section) kinds.set(by === "segment" ? type : section.type, section.kind);
  }
  return kinds;
}

function* segmentTables(elf: ElfFile): Generator<Found> {
  const kinds = ownKinds(elf, "segment").set(PT.INTERP, "interpreter");
  for (const s of elf.segments) {
    const kind = kinds.get(s.type);
    if (kind !== undefined && s.filesz > 0) yield { kind, offset: s.offset, size: s.filesz, align: 8 };
  }

  // A .dynamic that ld.so writes to has its place in PT_GNU_RELRO; MIPS has a read-only one among the other tables.
  const d = elf.dynamic;
  const home =
    d && elf.segments.find((s) => s.type === PT.LOAD && s.offset <= d.offset && d.offset < s.offset + s.filesz);
  if (d && home && !(home.flags & PF.W)) yield { kind: "dynamic", offset: d.offset, size: d.size, align: 8 };
}

/** `.MIPS.options` and `.reginfo` may have no program header: only tools read them then, by their section's type. */
function* ownSections(elf: ElfFile): Generator<Found> {
  const kinds = ownKinds(elf, "section");
  const described = new Set([...segmentTables(elf)].map((t) => t.offset));
  for (const { header: s } of kinds.size > 0 ? elf.sections.filter(isLoaded) : []) {
    const kind = kinds.get(s.type);
    if (kind !== undefined && !described.has(s.offset)) yield { kind, offset: s.offset, size: s.size, align: 8 };
  }
}

function* dynamicTables(elf: ElfFile): Generator<Found> {
  const d = elf.dynamic;
  const symbols = elf.dynamicSymbols;
  const c = elf.header.class;
  if (!d) return;

  const at = (tag: number) => {
    const address = d.get(tag);
    return address === undefined ? undefined : elf.offsetOf(address, 1);
  };
  if (d.strings) yield { kind: "strings", offset: d.strings.offset, size: d.strings.size, align: 1 };
  if (symbols?.exact) yield { kind: "symbols", offset: symbols.offset, size: symbols.count * Sym.size(c), align: 8 };
  const versym = at(DT.VERSYM);

  if (versym !== undefined && symbols?.exact) {
    yield { kind: "versions", offset: versym, size: symbols.count * 2, align: 8 };
  }

  const sysv = sysvHashTable(elf);
  if (sysv) yield { kind: "hash", offset: sysv.offset, size: sysv.size, align: 8 };
  const gnu = gnuHashTable(elf);

  if (gnu) {
    yield {
      kind: "gnuHash",
      offset: gnu.offset,
      size: gnu.chainsOffset - gnu.offset + Math.max(0, (gnu.symbols ?? gnu.first) - gnu.first) * 4,
      align: 8,
    };
  }

  yield* recordTable("versionNeeds", at(DT.VERNEED), elf.versionNeeds);
  yield* recordTable("versionDefinitions", at(DT.VERDEF), elf.versionDefinitions);
  // Its size cannot be told from its head: it ends where its section does.
  const got = gotOrder(elf.header.machine);
  const xhash = got ? at(got.hashTag) : undefined;
  if (xhash !== undefined) yield { kind: "mipsHash", offset: xhash, size: 0, align: 8 };
}

function* recordTable(
  kind: TableKind,
  start: number | undefined,
  records: readonly { readonly end: number }[],
): Generator<Found> {
  if (start !== undefined && records.length > 0) {
    yield { kind, offset: start, size: Math.max(...records.map((r) => r.end)) - start, align: 8 };
  }
}

/** A PT_NOTE moves as a whole, with every segment and note section that shares bytes with it. */
function noteBlocks(elf: ElfFile): Found[] {
  const segments = elf.segments
    .filter((s) => (s.type === PT.NOTE || s.type === PT.GNU_PROPERTY) && s.filesz > 0)
    .map((s) => ({ offset: s.offset, end: s.offset + s.filesz, align: s.align, inSegment: true }));
  const sections = elf.sections
    .filter((s) => s.header.type === SHT.NOTE && isLoaded(s) && s.header.size > 0)
    .map(({ header: s }) => ({ offset: s.offset, end: s.offset + s.size, align: s.addralign, inSegment: false }));
  const blocks: { offset: number; end: number; align: number; inSegment: boolean }[] = [];

  for (const p of [...segments, ...sections].sort((a, b) => a.offset - b.offset)) {
    const last = blocks[blocks.length - 1];
    if (last && p.offset < last.end) {
      Object.assign(last, {
        end: Math.max(last.end, p.end),
        align: Math.max(last.align, p.align),
        inSegment: last.inSegment || p.inSegment,
      });
    } else {
      blocks.push({ ...p });
    }
  }

  // A note section that no PT_NOTE holds can only be found by code that knows its address.
  return blocks
    .filter((b) => b.inSegment)
    .map((b) => ({ kind: "notes", offset: b.offset, size: b.end - b.offset, align: Math.max(4, b.align) }));
}
