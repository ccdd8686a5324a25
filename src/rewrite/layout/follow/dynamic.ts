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
 * Undefined where it stays.
 */
export function encodeDynamic(places: TablePlaces, requests: Requests): Uint8Array | undefined {
  const { elf, moves } = places;
  const d = elf.dynamic;
  if (!d || (!requests.dynamic && moves.length === 0)) return undefined;

  const entries: readonly DynamicValue[] = requests.dynamic ?? d.entries;
  const placed = places.placeOf("dynamic");
  const size = placed?.size ?? d.size;
  const address = placed?.address ?? d.address;
  const entry = 2 * wordSize(elf.header);

  // What follows the terminator is only written over where an entry takes it.
  const bytes = new Uint8Array(size);
  const isThere = !placed || placed.strategy === "in-place";
  if (isThere) bytes.set(readExactly(elf.source, d.offset, size, "the dynamic section"));
  bytes.fill(0, 0, Math.max(entries.length, d.entries.length) * entry);

  entries.forEach((e, i) => {
    const moved = valueOf(e, places);
    const record = Dyn.view(viewOf(bytes), i * entry, elf.header);
    record.setExact("tag", BigInt(e.tag));
    record.setExact("val", moved ?? selfRelative(e, i));
  });
  return bytes;

  /** An offset from the entry itself follows both ends. */
  function selfRelative({ tag, value }: DynamicValue, index: number): bigint {
    const was = d!.entries.find((o) => o.tag === tag)!;
    return value + d!.address + BigInt(was.index * entry) - (address + BigInt(index * entry));
  }
}

/** An entry's value when every table has its place; undefined for one that counts from the entry itself. */
function valueOf({ tag, value }: DynamicValue, places: TablePlaces): bigint | undefined {
  const { elf, placed, moves } = places;
  const made = placed.find(({ table }) => !table.was && KINDS[table.kind].tag === tag);
  if (made) return made.address;

  const strings = places.placeOf("strings");
  if (tag === DT.STRSZ && strings?.table.bytes) return BigInt(strings.size);

  const { kind } = dynamicTag(tag, elf.header.machine);
  if (kind === "self-relative") return undefined;
  return kind === "address" ? followed(moves, value) : value;
}

/** An address inside a table that moved, at its new place. */
function followed(moves: readonly Move[], address: bigint): bigint {
  const m = moves.find(({ was }) => was.address <= address && address < was.address + BigInt(was.size));
  return m ? address - m.was.address + m.address : address;
}
