import { viewOf } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import { readExactly } from "../../../codec/source.js";
import { DT } from "../../../spec/dynamic.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";

/** GOT[0] holds the address of .dynamic on many machines (their psABIs). Where it does, it follows .dynamic. */
export function fixGot(following: Following, places: TablePlaces): void {
  const { elf } = following;
  const { littleEndian } = elf.header;
  const move = places.moveOf("dynamic");
  const got = elf.dynamic?.get(DT.PLTGOT);
  if (!move || got === undefined) return;

  const word = wordSize(elf.header);
  const offset = elf.offsetOf(got, word);
  if (offset === undefined) return;

  const view = viewOf(readExactly(elf.source, offset, word, "GOT[0]"));
  const value = word === 8 ? view.getBigUint64(0, littleEndian) : BigInt(view.getUint32(0, littleEndian));
  if (value === move.was.address) following.pokeWord(offset, move.address);
}
