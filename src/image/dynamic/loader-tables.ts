import { Sym } from "../../codec/records.js";
import { PF, PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { gotOrder } from "../../spec/machines.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { MEMORY } from "../../spec/machines/lists/memory.js";
import type { TableKind } from "../../spec/table-kinds.js";
import type { ElfFile } from "../elf.js";
import { gnuHashTable, sysvHashTable } from "./hash.js";
import { once } from "../once.js";
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
  /** What its address must be a multiple of. */
  readonly align: number;
}

/** A table as a header or tag leads to it. */
interface FoundTable {
  readonly kind: TableKind;
  readonly offset: number;
  readonly size: number;
  readonly align: number;
}

/** No table of a loader needs a larger alignment. A larger sh_addralign or p_align is broken. */
const LARGEST_ALIGN = 64;

/**
 * The tables that PT_* and DT_* lead to. They are found without section headers, too. A section that begins with a
 * table and is longer (padding, an empty hash table's chain) says where the table ends. Relocation tables are left out:
 * the start-up code of static programs holds their addresses.
 */
export const loaderTables = /* @__PURE__ */ once((elf): readonly LoaderTable[] => {
  const sections = new Map(
    elf.sections
      .filter((s) => isLoaded(s) && s.header.type !== SHT.NOBITS && s.header.size > 0)
      .map((s) => [s.header.offset, s.header]),
  );
  const found = [...segmentTables(elf), ...machineSections(elf), ...dynamicTables(elf), ...noteBlocks(elf)];

  return found.flatMap((table): LoaderTable[] => {
    const { kind, offset } = table;
    const section = sections.get(offset);
    // A section of the program's own bytes may begin with a table, but as a whole it is not the table.
    const isTable =
      section !== undefined && kind !== "notes" && (section.type !== SHT.PROGBITS || kind === "interpreter");
    const size = Math.max(table.size, isTable ? section.size : 0);
    const address = size > 0 ? elf.addressOf(offset, size) : undefined;
    if (address === undefined) return [];

    if (kind === "interpreter") return [{ kind, offset, address, size, align: 1 }];
    const align = Math.min(Math.max(table.align, isTable ? section.addralign : 1), LARGEST_ALIGN);
    return [{ kind, offset, address, size, align }];
  });
});

/** The kinds of the machine's own tables, by p_type or sh_type. */
function machineKinds(elf: ElfFile, by: "segment" | "section"): Map<number, TableKind> {
  const kinds = new Map<number, TableKind>();
  for (const { type, section } of cardOf(MEMORY, elf.header.machine)?.segments ?? []) {
    if (section) kinds.set(by === "segment" ? type : section.type, section.kind);
  }
  return kinds;
}

function* segmentTables(elf: ElfFile): Generator<FoundTable> {
  const kinds = machineKinds(elf, "segment").set(PT.INTERP, "interpreter");
  for (const s of elf.segments) {
    const kind = kinds.get(s.type);
    if (kind !== undefined && s.filesz > 0) yield { kind, offset: s.offset, size: s.filesz, align: 8 };
  }

  // A .dynamic that ld.so writes to belongs in PT_GNU_RELRO. MIPS has a read-only one among the other tables.
  const d = elf.dynamic;
  if (!d) return;
  const load = elf.segments.find((s) => s.type === PT.LOAD && s.offset <= d.offset && d.offset < s.offset + s.filesz);
  if (load && !(load.flags & PF.W)) yield { kind: "dynamic", offset: d.offset, size: d.size, align: 8 };
}

/**
 * `.MIPS.options` and `.reginfo` may have no program header. Then only tools read them, by the type of their section.
 */
function* machineSections(elf: ElfFile): Generator<FoundTable> {
  const kinds = machineKinds(elf, "section");
  const described = new Set([...segmentTables(elf)].map((t) => t.offset));
  if (kinds.size === 0) return;

  for (const { header: s } of elf.sections.filter(isLoaded)) {
    const kind = kinds.get(s.type);
    if (kind !== undefined && !described.has(s.offset)) yield { kind, offset: s.offset, size: s.size, align: 8 };
  }
}

function* dynamicTables(elf: ElfFile): Generator<FoundTable> {
  const d = elf.dynamic;
  const symbols = elf.dynamicSymbols;
  if (!d) return;

  const offsetOfTag = (tag: number) => {
    const address = d.get(tag);
    return address === undefined ? undefined : elf.offsetOf(address, 1);
  };

  if (d.strings) yield { kind: "strings", offset: d.strings.offset, size: d.strings.size, align: 1 };

  if (symbols?.exact) {
    yield { kind: "symbols", offset: symbols.offset, size: symbols.count * Sym.size(elf.header.class), align: 8 };
  }
  const versym = offsetOfTag(DT.VERSYM);
  if (versym !== undefined && symbols?.exact) {
    yield { kind: "versions", offset: versym, size: symbols.count * 2, align: 8 };
  }

  const sysv = sysvHashTable(elf);
  if (sysv) yield { kind: "hash", offset: sysv.offset, size: sysv.size, align: 8 };
  const gnu = gnuHashTable(elf);
  if (gnu) {
    const hashed = Math.max(0, (gnu.symbols ?? gnu.first) - gnu.first);
    yield { kind: "gnuHash", offset: gnu.offset, size: gnu.chainsOffset - gnu.offset + hashed * 4, align: 8 };
  }

  yield* recordTable("versionNeeds", offsetOfTag(DT.VERNEED), elf.versionNeeds);
  yield* recordTable("versionDefinitions", offsetOfTag(DT.VERDEF), elf.versionDefinitions);

  // The first words of DT_MIPS_XHASH do not tell its size. It ends where its section does.
  const got = gotOrder(elf.header.machine);
  const xhash = got ? offsetOfTag(got.hashTag) : undefined;
  if (xhash !== undefined) yield { kind: "mipsHash", offset: xhash, size: 0, align: 8 };
}

/** A table of version records, which ends where the last of them ends. */
function* recordTable(
  kind: TableKind,
  start: number | undefined,
  records: readonly { readonly end: number }[],
): Generator<FoundTable> {
  if (start === undefined || records.length === 0) return;
  const end = Math.max(...records.map((r) => r.end));
  yield { kind, offset: start, size: end - start, align: 8 };
}

/** Notes that move together. */
interface NoteBlock {
  readonly offset: number;
  end: number;
  align: number;
  /** Does a program header lead to any of them? */
  inSegment: boolean;
}

/** A PT_NOTE moves as a whole, with every segment and every note section that shares bytes with it. */
function noteBlocks(elf: ElfFile): FoundTable[] {
  const segments = elf.segments
    .filter((s) => (s.type === PT.NOTE || s.type === PT.GNU_PROPERTY) && s.filesz > 0)
    .map((s) => ({ offset: s.offset, end: s.offset + s.filesz, align: s.align, inSegment: true }));
  const sections = elf.sections
    .filter((s) => s.header.type === SHT.NOTE && isLoaded(s) && s.header.size > 0)
    .map(({ header: s }) => ({ offset: s.offset, end: s.offset + s.size, align: s.addralign, inSegment: false }));

  const blocks: NoteBlock[] = [];
  for (const part of [...segments, ...sections].sort((a, b) => a.offset - b.offset)) {
    const last = blocks[blocks.length - 1];
    if (last && part.offset < last.end) {
      last.end = Math.max(last.end, part.end);
      last.align = Math.max(last.align, part.align);
      last.inSegment ||= part.inSegment;
    } else {
      blocks.push({ ...part });
    }
  }

  // A note section outside of every PT_NOTE can only be found by code that knows its address.
  return blocks
    .filter((b) => b.inSegment)
    .map((b) => ({ kind: "notes", offset: b.offset, size: b.end - b.offset, align: Math.max(4, b.align) }));
}
