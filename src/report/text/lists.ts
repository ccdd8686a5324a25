import type { ListedRelocation } from "../list-relocations.js";
import type { ListedSymbol } from "../list-symbols.js";
import { lines, number, safe, table } from "./print.js";

const short = (name: string): string => name.replace(/^ST[BTV]_/, "").replace(/^GNU_/, "");

/** `puts@GLIBC_2.2.5`; two at signs where it is the version that others get by default. */
const versioned = (s: ListedSymbol): string =>
  safe(s.name) + (s.version === null ? "" : `${s.hidden || s.versionFile !== null ? "@" : "@@"}${safe(s.version)}`);

export const formatSymbols = (heading: string, list: readonly ListedSymbol[]): string =>
  lines(
    heading,
    table(
      ["#", "value", "size", "type", "bind", "visibility", "section", "name"],
      list.map((s) => [
        String(s.index),
        number(s.value),
        String(s.size),
        ...[s.type, s.binding, s.visibility].map(short),
        safe(s.section),
        versioned(s),
      ]),
    ),
  );

const addend = (r: ListedRelocation): string => (r.addend === null ? "" : number(r.addend));

export function formatRelocations(list: readonly ListedRelocation[]): string {
  const byTable = new Map<string, ListedRelocation[]>();
  for (const r of list) {
    const own = byTable.get(r.table);
    if (own) own.push(r);
    else byTable.set(r.table, [r]);
  }

  const tables = [...byTable].map(([name, own]) =>
    lines(
      `Relocations of ${safe(name)}`,
      table(
        ["offset", "type", "addend", "symbol"],
        own.map((r) => [
          number(r.offset),
          r.type,
          addend(r),
          r.symbol === null ? "" : safe(r.symbol) + (r.version === null ? "" : `@${safe(r.version)}`),
        ]),
      ),
    ),
  );
  return tables.join("\n");
}
