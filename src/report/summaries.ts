import type { ElfFile, SymbolTable } from "../image/elf.js";
import { type Hardening, readHardening } from "../image/hardening.js";
import { countRelocations } from "../image/relocations/relocation-counts.js";
import { relocationName } from "../image/relocations/relocation-types.js";
import { countSymbols, type SymbolCounts } from "../image/symbols/symbol-counts.js";
import { PT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { type Quantity, toQuantity } from "./quantity.js";
import type { Tolerant } from "../image/tolerant.js";

/** How many relocations a file has. */
export interface RelocationSummary {
  /** "dynamic": what loaders process; "sections": those of a file without a dynamic section (relocatable, static). */
  readonly source: "dynamic" | "sections";
  readonly total: number;
  /** How many are in RELR tables, which say no type: all are relative. */
  readonly relr: number;
  /** All others by type, `{ "R_X86_64_RELATIVE": 3 }`, in the order of the types' numbers. */
  readonly types: Readonly<Record<string, number>>;
  /** `table` is the dynamic tag (`DT_RELA`) or the section's name. */
  readonly tables: readonly { readonly table: string; readonly count: number }[];
}

export function describeRelocations(elf: ElfFile, t: Tolerant): RelocationSummary {
  const counts = countRelocations(elf, (name) => t.problem(`the relocations of ${name} are not in the file`));
  const types = new Map<number, number>();
  for (const c of counts) for (const [type, n] of c.types) types.set(type, (types.get(type) ?? 0) + n);
  const sum = (list: readonly { count: number }[]) => list.reduce((n, c) => n + c.count, 0);

  return {
    source: elf.dynamic ? "dynamic" : "sections",
    total: sum(counts),
    relr: sum(counts.filter((c) => c.block.form === "relr")),
    types: Object.fromEntries(
      [...types].sort(([a], [b]) => a - b).map(([type, n]) => [relocationName(type, elf.header), n]),
    ),
    tables: counts.map((c) => ({ table: c.block.name, count: c.count })),
  };
}

/** Null for no table, and for one whose length nothing tells. */
export interface SymbolSummary {
  readonly symtab: SymbolCounts | null;
  readonly dynsym: SymbolCounts | null;
}

export function describeSymbolCounts(elf: ElfFile, t: Tolerant): SymbolSummary {
  const count = (table: SymbolTable | null) => (table?.exact ? countSymbols(table) : null);
  return { symtab: t.part(() => count(elf.symbols)), dynsym: t.part(() => count(elf.dynamicSymbols)) };
}

/** A range of memory. */
export interface MemoryRange {
  readonly address: Quantity;
  /** Bytes. */
  readonly size: Quantity;
}

export interface TlsDescription {
  readonly address: Quantity;
  /** Bytes in the file: the initial values. */
  readonly filesz: Quantity;
  /** Bytes that each thread gets. */
  readonly memsz: Quantity;
  readonly align: Quantity;
}

/** PT_GNU_RELRO: what loaders make read-only after relocation. */
export function describeRelro(elf: ElfFile): MemoryRange | null {
  const s = elf.segments.find((s) => s.type === PT.GNU_RELRO);
  return s ? { address: toQuantity(s.exact("vaddr")), size: toQuantity(s.exact("memsz")) } : null;
}

export function describeTls(elf: ElfFile): TlsDescription | null {
  const s = elf.segments.find((s) => s.type === PT.TLS);
  return s
    ? {
        address: toQuantity(s.exact("vaddr")),
        filesz: toQuantity(s.exact("filesz")),
        memsz: toQuantity(s.exact("memsz")),
        align: toQuantity(s.exact("align")),
      }
    : null;
}

/** Functions that run before and after the program's own, by their tables; null for no table. */
export interface ArraysDescription {
  readonly preinit: MemoryRange | null;
  readonly init: MemoryRange | null;
  readonly fini: MemoryRange | null;
}

export function describeArrays(elf: ElfFile): ArraysDescription | null {
  const d = elf.dynamic;
  if (!d) return null;

  const range = (at: number, sizeAt: number): MemoryRange | null => {
    const address = d.get(at);
    return address === undefined ? null : { address: toQuantity(address), size: toQuantity(d.get(sizeAt) ?? 0n) };
  };
  return {
    preinit: range(DT.PREINIT_ARRAY, DT.PREINIT_ARRAYSZ),
    init: range(DT.INIT_ARRAY, DT.INIT_ARRAYSZ),
    fini: range(DT.FINI_ARRAY, DT.FINI_ARRAYSZ),
  };
}

/** {@link Hardening} as JSON. */
export type SecurityDescription = Omit<Hardening, "writableExecutable"> & {
  readonly writableExecutable: readonly Quantity[];
};

/** Null for what no loader maps: relocatable, core and separate debug files. */
export function describeSecurity(elf: ElfFile): SecurityDescription | null {
  const h = readHardening(elf);
  return h && { ...h, writableExecutable: h.writableExecutable.map(toQuantity) };
}
