import { viewOf } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import { Dyn } from "../../../codec/records.js";
import { readExactly } from "../../../codec/source.js";
import { DT, dynamicTag } from "../../../spec/dynamic.js";
import { KINDS } from "../../tables/kinds.js";
import type { Move } from "../../tables/table.js";
import type { DynamicValue, Requests } from "../../wish/requests.js";
import type { TablePlaces } from "../places.js";

/**
 * The bytes of .dynamic: address tags follow what moved, DT_STRSZ is the table's new size, spare entries are DT_NULL.
 * Undefined where .dynamic stays as it is.
 */
export function encodeDynamic(places: TablePlaces, requests: Requests): Uint8Array | undefined {
  const { elf, moves } = places;
  const d = elf.dynamic;
  if (!d || (!requests.dynamic && moves.length === 0)) return undefined;

  const entries: readonly DynamicValue[] = requests.dynamic ?? d.entries;
  const placed = places.placeOf("dynamic");
  const size = placed?.size ?? d.size;
  const address = placed?.address ?? d.address;
  const entrySize = 2 * wordSize(elf.header);

  // An offset from the entry itself follows both ends.
  const selfRelative = ({ tag, value }: DynamicValue, index: number): bigint => {
    const was = d.entries.find((e) => e.tag === tag)!;
    const oldEntry = d.address + BigInt(was.index * entrySize);
    const newEntry = address + BigInt(index * entrySize);
    return value + oldEntry - newEntry;
  };

  // What follows the terminator is only written over where an entry takes its place.
  const bytes = new Uint8Array(size);
  const isInPlace = !placed || placed.strategy === "in-place";
  if (isInPlace) bytes.set(readExactly(elf.source, d.offset, size, "the dynamic section"));
  bytes.fill(0, 0, Math.max(entries.length, d.entries.length) * entrySize);

  const data = viewOf(bytes);
  entries.forEach((entry, i) => {
    const record = Dyn.view(data, i * entrySize, elf.header);
    record.setExact("tag", BigInt(entry.tag));
    record.setExact("val", valueOf(entry, places) ?? selfRelative(entry, i));
  });
  return bytes;
}

/** An entry's value now that every table has its place; undefined for one that counts from the entry itself. */
function valueOf({ tag, value }: DynamicValue, places: TablePlaces): bigint | undefined {
  const { elf, placed, moves } = places;
  const added = placed.find(({ table }) => !table.was && KINDS[table.kind].tag === tag);
  if (added) return added.address;

  const strings = places.placeOf("strings");
  if (tag === DT.STRSZ && strings?.table.bytes) return BigInt(strings.size);

  const { kind } = dynamicTag(tag, elf.header.machine);
  if (kind === "self-relative") return undefined;
  return kind === "address" ? followed(moves, value) : value;
}

/** The new address of what an address leads to, if that lies in a table that moved. */
function followed(moves: readonly Move[], address: bigint): bigint {
  const move = moves.find(({ was }) => was.address <= address && address < was.address + BigInt(was.size));
  return move ? address - move.was.address + move.address : address;
}
