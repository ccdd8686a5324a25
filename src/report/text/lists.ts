import type { ListedRelocation } from "../list-relocations.js";
import type { ListedSymbol } from "../list-symbols.js";
import { lines, quantityText, safe, table } from "./print.js";

export function formatSymbols(heading: string, list: readonly ListedSymbol[]): string {
  const head = ["#", "value", "size", "type", "bind", "visibility", "section", "name"];
  const rows = list.map((symbol) => [
    String(symbol.index),
    quantityText(symbol.value),
    String(symbol.size),
    withoutPrefix(symbol.type),
    withoutPrefix(symbol.binding),
    withoutPrefix(symbol.visibility),
    safe(symbol.section),
    versionedName(symbol),
  ]);
  return lines(heading, table(head, rows));
}

const withoutPrefix = (name: string): string => name.replace(/^ST[BTV]_/, "").replace(/^GNU_/, "");

/** `puts@GLIBC_2.2.5`; two at signs for the version that others get by default. */
function versionedName({ name, version, versionFile, hidden }: ListedSymbol): string {
  if (version === null) return safe(name);
  const isDefault = !hidden && versionFile === null;
  return safe(name) + (isDefault ? "@@" : "@") + safe(version);
}

export function formatRelocations(list: readonly ListedRelocation[]): string {
  const byTable = new Map<string, ListedRelocation[]>();
  for (const relocation of list) {
    const own = byTable.get(relocation.table);
    if (own) own.push(relocation);
    else byTable.set(relocation.table, [relocation]);
  }

  const tables = [...byTable].map(([name, own]) => {
    const rows = own.map((relocation) => [
      quantityText(relocation.offset),
      relocation.type,
      relocation.addend === null ? "" : quantityText(relocation.addend),
      symbolOf(relocation),
    ]);
    return lines(`Relocations of ${safe(name)}`, table(["offset", "type", "addend", "symbol"], rows));
  });
  return tables.join("\n");
}

function symbolOf({ symbol, version }: ListedRelocation): string {
  if (symbol === null) return "";
  return safe(symbol) + (version === null ? "" : `@${safe(version)}`);
}
