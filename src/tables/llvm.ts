import { viewOf } from "../codec/bytes.js";
import type { Encoding } from "../codec/encoding.js";
import { LebReader, pushUnsigned } from "../codec/leb128.js";

/**
 * SHT_LLVM_ADDRSIG with new indexes. It lists the symbols whose address matters, as ULEB128 (LLVM's "Extensions"). Each
 * index stands there once, in the old order.
 *
 * @param start the file offset of the bytes, for errors
 * @param order the new index of a symbol; undefined where no symbol is left that stands for it
 */
export function addressSignificant(
  bytes: Uint8Array,
  start: number,
  order: (symbol: number) => number | undefined,
): Uint8Array {
  const reader = new LebReader(bytes, start);
  const seen = new Set<number>();
  const out: number[] = [];
  while (reader.at < bytes.length) {
    const renumbered = order(reader.unsigned());
    if (renumbered === undefined || seen.has(renumbered)) continue;
    seen.add(renumbered);
    pushUnsigned(out, renumbered);
  }

  return Uint8Array.from(out);
}

/**
 * Bytes of a record of SHT_LLVM_CALL_GRAPH_PROFILE as LLVM wrote it up to version 12: caller, callee, weight. Later
 * versions name the symbols by relocations.
 */
const RECORD = 16;

/**
 * SHT_LLVM_CALL_GRAPH_PROFILE with new indexes, without the records of symbols that are gone.
 *
 * @param order the new index of a symbol; undefined for one that is gone
 */
export function callGraphProfile(
  bytes: Uint8Array,
  { littleEndian }: Encoding,
  order: (symbol: number) => number | undefined,
): Uint8Array {
  const out = bytes.slice();
  const oldView = viewOf(bytes);
  const newView = viewOf(out);
  let end = 0;
  for (let at = 0; at + RECORD <= bytes.length; at += RECORD) {
    const caller = order(oldView.getUint32(at, littleEndian));
    const callee = order(oldView.getUint32(at + 4, littleEndian));
    if (caller === undefined || callee === undefined) continue;

    out.copyWithin(end, at, at + RECORD);
    newView.setUint32(end, caller, littleEndian);
    newView.setUint32(end + 4, callee, littleEndian);
    end += RECORD;
  }

  return out.subarray(0, end);
}
