import type { SymbolCounts } from "../../image/symbols/symbol-counts.js";
import type { ElfDescription } from "../description.js";
import type { MemoryRange, RelocationSummary, SecurityDescription } from "../summaries.js";
import { number, pairs, safe, table } from "./print.js";

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
export const symbolCounts = ({ symbolCounts: s }: ElfDescription): string[] =>
  table(
    ["", ...COUNTED.map(([head]) => head)],
    (
      [
        [".symtab", s.symtab],
        [".dynsym", s.dynsym],
      ] as const
    ).flatMap(([name, c]) => (c ? [[name, ...COUNTED.map(([, key]) => String(c[key]))]] : [])),
  );

/** Each function of an object file may have a table of its own: those are only counted. */
const MOST_TABLES = 12;

export function relocationCounts(r: RelocationSummary): string[] {
  const { tables } = r;
  const listed = tables.map((t) => `${safe(t.table)} ${t.count}`).join(", ");
  const types = [...Object.entries(r.types), ...(r.relr > 0 ? [["RELR (relative)", r.relr] as const] : [])];

  return r.total === 0
    ? []
    : [
        `  ${r.total} in ${tables.length > MOST_TABLES ? `${tables.length} tables` : listed}`,
        ...table(
          ["type", "count"],
          types.map(([type, n]) => [type, String(n)]),
        ),
      ];
}

const yes = (value: boolean | null): string | null => (value === null ? null : value ? "yes" : "no");

const named = (flags: Readonly<Record<string, boolean>> | null): string | null =>
  flags &&
  (Object.entries(flags)
    .filter(([, on]) => on)
    .map(([name]) => name.toUpperCase())
    .join(" ") ||
    "none");

/** What is not told has no line. */
export const security = (s: SecurityDescription): string[] =>
  pairs(
    [
      ["RELRO", s.relro],
      ["bind now", yes(s.bindNow)],
      ["PIE", yes(s.pie)],
      ["stack", `${s.stack.executable ? "executable" : "not executable"}${s.stack.stated ? "" : " (not stated)"}`],
      ["writable and executable", s.writableExecutable.map(number).join(", ") || "no segment"],
      ["text relocations", yes(s.textRelocations)],
      ["stack canary", yes(s.canary)],
      [
        "fortified",
        s.fortify &&
          `${s.fortify.fortified.length} of ${new Set([...s.fortify.fortified, ...s.fortify.fortifiable]).size} functions`,
      ],
      ["CET", named(s.cet)],
      ["branch protection", named(s.branchProtection)],
      ["CFI", s.cfi ? "yes" : null],
      ["SafeStack", s.safeStack ? "yes" : null],
      ["stripped", yes(s.stripped)],
      ["debug information", yes(s.debugInfo)],
      ["segment alignment", s.loadAlignment === null ? null : number(s.loadAlignment)],
    ],
    "  ",
  );

const range = (r: MemoryRange | null): string | null => r && `${number(r.size)} bytes at ${number(r.address)}`;

/** Ranges of memory with a part of their own when a program starts. */
export const ranges = (d: ElfDescription): string[] =>
  pairs(
    [
      ["RELRO", range(d.relro)],
      [
        "TLS",
        d.tls &&
          `${number(d.tls.memsz)} bytes a thread (${number(d.tls.filesz)} of them in the file), aligned to ${number(d.tls.align)}`,
      ],
      ["preinit array", range(d.arrays?.preinit ?? null)],
      ["init array", range(d.arrays?.init ?? null)],
      ["fini array", range(d.arrays?.fini ?? null)],
    ],
    "  ",
  );
