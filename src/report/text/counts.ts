import type { SymbolCounts } from "../../image/symbols/symbol-counts.js";
import type { ElfDescription } from "../description.js";
import type { MemoryRange, RelocationSummary, SecurityDescription } from "../summaries.js";
import { quantityText, pairs, safe, table } from "./print.js";

const COUNTED = [
  ["total", "total"],
  ["defined", "defined"],
  ["undefined", "undefined"],
  ["weak", "weak"],
  ["functions", "functions"],
  ["objects", "objects"],
  ["TLS", "tls"],
  ["IFUNC", "ifuncs"],
  ["unique", "unique"],
] as const satisfies (readonly [string, keyof SymbolCounts])[];

/** The null symbol is not counted. */
export function symbolCounts({ symbolCounts: { symtab, dynsym } }: ElfDescription): string[] {
  const row = (name: string, counts: SymbolCounts): string[] => [
    name,
    ...COUNTED.map(([, key]) => String(counts[key])),
  ];
  const rows: string[][] = [];
  if (symtab) rows.push(row(".symtab", symtab));
  if (dynsym) rows.push(row(".dynsym", dynsym));
  return table(["", ...COUNTED.map(([head]) => head)], rows);
}

/** More tables are only counted: each function of an object file may have a table of its own. */
const MOST_TABLES = 12;

export function relocationCounts({ total, relr, types, tables }: RelocationSummary): string[] {
  if (total === 0) return [];

  const listed = tables.map((t) => `${safe(t.table)} ${t.count}`).join(", ");
  const where = tables.length > MOST_TABLES ? `${tables.length} tables` : listed;
  const rows = Object.entries(types).map(([type, count]) => [type, String(count)]);
  if (relr > 0) rows.push(["RELR (relative)", String(relr)]);
  return [`  ${total} in ${where}`, ...table(["type", "count"], rows)];
}

/** What is not told has no line. */
export function security(s: SecurityDescription): string[] {
  return pairs(
    [
      ["RELRO", s.relro],
      ["bind now", yesOrNo(s.bindNow)],
      ["PIE", yesOrNo(s.pie)],
      ["stack", stackText(s.stack)],
      ["writable and executable", s.writableExecutable.map(quantityText).join(", ") || "no segment"],
      ["text relocations", yesOrNo(s.textRelocations)],
      ["stack canary", yesOrNo(s.canary)],
      ["fortified", fortifyText(s.fortify)],
      ["CET", flagsText(s.cet)],
      ["branch protection", flagsText(s.branchProtection)],
      ["CFI", s.cfi ? "yes" : null],
      ["SafeStack", s.safeStack ? "yes" : null],
      ["stripped", yesOrNo(s.stripped)],
      ["debug information", yesOrNo(s.debugInfo)],
      ["segment alignment", s.loadAlignment === null ? null : quantityText(s.loadAlignment)],
    ],
    "  ",
  );
}

function yesOrNo(value: boolean | null): string | null {
  if (value === null) return null;
  return value ? "yes" : "no";
}

const stackText = ({ executable, stated }: SecurityDescription["stack"]): string =>
  (executable ? "executable" : "not executable") + (stated ? "" : " (not stated)");

function fortifyText(fortify: SecurityDescription["fortify"]): string | null {
  if (!fortify) return null;
  const all = new Set([...fortify.fortified, ...fortify.fortifiable]);
  return `${fortify.fortified.length} of ${all.size} functions`;
}

function flagsText(flags: Readonly<Record<string, boolean>> | null): string | null {
  if (!flags) return null;
  const names = Object.keys(flags).filter((name) => flags[name]);
  return names.map((name) => name.toUpperCase()).join(" ") || "none";
}

/** Ranges of memory with a part of their own when a program starts. */
export function ranges({ relro, tls, arrays }: ElfDescription): string[] {
  return pairs(
    [
      ["RELRO", rangeText(relro)],
      ["TLS", tlsText(tls)],
      ["preinit array", rangeText(arrays?.preinit ?? null)],
      ["init array", rangeText(arrays?.init ?? null)],
      ["fini array", rangeText(arrays?.fini ?? null)],
    ],
    "  ",
  );
}

const rangeText = (range: MemoryRange | null): string | null =>
  range && `${quantityText(range.size)} bytes at ${quantityText(range.address)}`;

function tlsText(tls: ElfDescription["tls"]): string | null {
  if (!tls) return null;
  const inFile = `${quantityText(tls.filesz)} of them in the file`;
  return `${quantityText(tls.memsz)} bytes a thread (${inFile}), aligned to ${quantityText(tls.align)}`;
}
