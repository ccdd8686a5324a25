import type { ElfFile, SymbolTable } from "../image/elf.js";
import { type Hardening, readHardening } from "../image/hardening.js";
import { countRelocations } from "../image/relocations/relocation-counts.js";
import { relocationName } from "../image/relocations/relocation-types.js";
import { countSymbols, type SymbolCounts } from "../image/symbols/symbol-counts.js";
import type { Tolerant } from "../image/tolerant.js";
import { PT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { type Quantity, toQuantity } from "./quantity.js";

/** How many relocations a file has. */
export interface RelocationSummary {
  /** "dynamic": what loaders process; "sections": those of a file without a dynamic section (relocatable, static). */
  readonly source: "dynamic" | "sections";
  readonly total: number;
  /** The number in RELR tables, which have no types: all are relative. */
  readonly relr: number;
  /** The numbers of all others by type, `{ "R_X86_64_RELATIVE": 3 }`, in the order of the types' numbers. */
  readonly types: Readonly<Record<string, number>>;
  /** `table` is the dynamic tag (`DT_RELA`) or the section's name. */
  readonly tables: readonly { readonly table: string; readonly count: number }[];
}

export function describeRelocations(elf: ElfFile, tolerant: Tolerant): RelocationSummary {
  const counts = countRelocations(elf, (name) => tolerant.problem(`the relocations of ${name} are not in the file`));
  const byType = new Map<number, number>();
  let total = 0;
  let relr = 0;
  for (const { block, count, types } of counts) {
    total += count;
    if (block.form === "relr") relr += count;
    for (const [type, n] of types) byType.set(type, (byType.get(type) ?? 0) + n);
  }

  const types = [...byType].sort(([a], [b]) => a - b);
  return {
    source: elf.dynamic ? "dynamic" : "sections",
    total,
    relr,
    types: Object.fromEntries(types.map(([type, n]) => [relocationName(type, elf.header), n])),
    tables: counts.map(({ block, count }) => ({ table: block.name, count })),
  };
}

/** Null for no table, and for one whose length nothing tells. */
export interface SymbolSummary {
  readonly symtab: SymbolCounts | null;
  readonly dynsym: SymbolCounts | null;
}

export function describeSymbolCounts(elf: ElfFile, tolerant: Tolerant): SymbolSummary {
  const count = (table: SymbolTable | null) => (table?.exact ? countSymbols(table) : null);
  return {
    symtab: tolerant.part(() => count(elf.symbols)),
    dynsym: tolerant.part(() => count(elf.dynamicSymbols)),
  };
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
  const relro = elf.segments.find((s) => s.type === PT.GNU_RELRO);
  if (!relro) return null;
  return { address: toQuantity(relro.exact("vaddr")), size: toQuantity(relro.exact("memsz")) };
}

export function describeTls(elf: ElfFile): TlsDescription | null {
  const tls = elf.segments.find((s) => s.type === PT.TLS);
  if (!tls) return null;
  return {
    address: toQuantity(tls.exact("vaddr")),
    filesz: toQuantity(tls.exact("filesz")),
    memsz: toQuantity(tls.exact("memsz")),
    align: toQuantity(tls.exact("align")),
  };
}

/** The tables of functions that run before and after the program's own; null for no table. */
export interface ArraysDescription {
  readonly preinit: MemoryRange | null;
  readonly init: MemoryRange | null;
  readonly fini: MemoryRange | null;
}

export function describeArrays(elf: ElfFile): ArraysDescription | null {
  const { dynamic } = elf;
  if (!dynamic) return null;

  const range = (addressTag: number, sizeTag: number): MemoryRange | null => {
    const address = dynamic.get(addressTag);
    if (address === undefined) return null;
    return { address: toQuantity(address), size: toQuantity(dynamic.get(sizeTag) ?? 0n) };
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
  const hardening = readHardening(elf);
  return hardening && { ...hardening, writableExecutable: hardening.writableExecutable.map(toQuantity) };
}
