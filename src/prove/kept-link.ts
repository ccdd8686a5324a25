import { versymTable } from "../image/dynamic/versions.js";
import { damage, type ProgramDifference } from "./difference.js";
import { keepsDynamic } from "./dynamic.js";
import { hashTables } from "./hash-tables.js";
import type { Pair } from "./pair.js";
import { changedInPlace } from "./protection.js";
import { changedStrings, recordDifferences } from "./records.js";
import { firstRegions } from "./regions.js";
import { versionDifferences } from "./versions.js";

/**
 * What dynamic linking goes by, where no edit asks of symbols or versions: symbols, version numbers and hash tables may
 * move, and say the same. Relocations are memory that stays.
 */
export function* keptLinkDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after } = pair;
  if (keepsTables(pair)) return;

  yield* versionDifferences(pair);

  const old = before.dynamicSymbols;
  const now = after.dynamicSymbols;
  if (!old) return;
  if (!now || (old.exact && now.count !== old.count)) {
    yield damage("symbols", "DT_SYMTAB", `there are ${now?.count ?? 0} symbols, not ${old.count}`);
    return;
  }
  yield* recordDifferences(pair, "symbols", old, now);
  if (!old.exact && changedStrings(pair, old.strings, now.strings).length > 0) {
    yield damage("symbols", "DT_STRTAB", "strings are others, and nothing tells whose");
  }

  const numbers = versymTable(before);
  const newNumbers = versymTable(after);
  const keepsNumbers = numbers
    ? newNumbers &&
      pair.isSame({ from: numbers.offset, at: newNumbers.offset, size: Math.min(numbers.count, newNumbers.count) * 2 })
    : !newNumbers;
  if (!keepsNumbers) yield damage("versions", "DT_VERSYM", "versions differ");

  const tables = hashTables(after);
  for (const { tag, offset, size } of hashTables(before)) {
    const table = tables.find((t) => t.tag === tag);
    const isKept = table?.size === size && pair.isSame({ from: offset, at: table.offset, size });
    if (!isKept) yield damage("hash", tag, `${tag} is another table`);
  }
}

/** Does every tag lead where it led, and is all that is mapped what it was, but for headers and the interpreter? */
function keepsTables(pair: Pair): boolean {
  const changed = keepsDynamic(pair) ? changedInPlace(pair) : undefined;
  if (!changed) return false;

  const others = firstRegions(pair.before).filter((r) => r.kind !== "dynamic" && r.kind !== "strings");
  return changed.every(({ start, end }) =>
    others.some((r) => r.offset <= start && end <= r.offset + Number(r.end - r.start)),
  );
}
