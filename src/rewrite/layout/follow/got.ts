import { viewOf } from "../../../codec/bytes.js";
import { wordSize } from "../../../codec/encoding.js";
import { readExactly } from "../../../codec/source.js";
import { DT } from "../../../spec/dynamic.js";
import type { TablePlaces } from "../places.js";
import type { Following } from "./following.js";

/** GOT[0] holds the address of .dynamic on many machines (their psABIs); where it does, it follows. */
export function fixGot(following: Following, places: TablePlaces): void {
  const { elf } = following;
  const dynamic = places.moveOf("dynamic");
  const got = elf.dynamic?.get(DT.PLTGOT);
  const word = wordSize(elf.header);
  const at = dynamic && got !== undefined ? elf.offsetOf(got, word) : undefined;
  if (!dynamic || at === undefined) return;

  const v = viewOf(readExactly(elf.source, at, word, "GOT[0]"));
  const le = elf.header.littleEndian;
  const now = word === 8 ? v.getBigUint64(0, le) : BigInt(v.getUint32(0, le));
  if (now === dynamic.was.address) following.pokeWord(at, dynamic.address);
}
