import { viewOf } from "../codec/bytes.js";
import type { Encoding } from "../codec/encoding.js";
import { LebReader, pushUnsigned } from "../codec/leb128.js";

/**
 * SHT_LLVM_ADDRSIG: ULEB128 indexes of symbols whose address matters (LLVM's "Extensions"). Each once, in their old
 * order.
 *
 * @param start the file offset of the bytes, for errors
 * @param order the new index, or undefined where none is left to say it of
 */
export function addressSignificant(
  bytes: Uint8Array,
  start: number,
  order: (symbol: number) => number | undefined,
): Uint8Array {
  const r = new LebReader(bytes, start);
  const seen = new Set<number>();
  const out: number[] = [];

  while (r.at < bytes.length) {
    const now = order(r.unsigned());
    if (now === undefined || seen.has(now)) continue;
    seen.add(now);
    pushUnsigned(out, now);
  }

  return Uint8Array.from(out);
}

/**
 * Bytes of a record of SHT_LLVM_CALL_GRAPH_PROFILE as LLVM wrote it up to version 12: caller, callee, weight. Later
 * ones name symbols by relocations.
 */
const RECORD = 16;

/** Such a section with new indexes, without the records of a symbol that is gone. */
export function callGraphProfile(
  bytes: Uint8Array,
  { littleEndian }: Encoding,
  order: (symbol: number) => number | undefined,
): Uint8Array {
  const out = bytes.slice();
  const from = viewOf(bytes);
  const to = viewOf(out);
  let end = 0;

  for (let at = 0; at + RECORD <= bytes.length; at += RECORD) {
    const caller = order(from.getUint32(at, littleEndian));
    const callee = order(from.getUint32(at + 4, littleEndian));
    if (caller === undefined || callee === undefined) continue;
    out.copyWithin(end, at, at + RECORD);
    to.setUint32(end, caller, littleEndian);
    to.setUint32(end + 4, callee, littleEndian);
    end += RECORD;
  }

  return out.subarray(0, end);
}
