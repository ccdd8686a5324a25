import { LebReader, pushSigned32, pushUnsigned } from "../codec/leb128.js";

/** The flag of CREL's header that says that records have addends. */
const HAS_ADDEND = 4;

/**
 * Relocations in the compact form of SHT_CREL (gABI proposal, as LLVM 19 writes it): a count, then for each the
 * difference of its offset with flags in the lowest bits, and the differences of symbol, type and addend that the flags
 * announce.
 *
 * @param start the file offset of the bytes, for errors
 * @param renumber the new index of each symbol, asked for once a record
 */
export function renumberCrel(bytes: Uint8Array, start: number, renumber: (symbol: number) => number): Uint8Array {
  const r = new LebReader(bytes, start);
  const out: number[] = [];
  const head = r.unsigned();
  const count = Math.floor(head / 8);
  const hasAddend = (head & HAS_ADDEND) !== 0;
  pushUnsigned(out, head);
  let symbol = 0;
  let written = 0;

  for (let i = 0; i < count; i++) {
    const begin = r.at;
    const first = r.byte();
    if (first >= 128) r.skip();
    const offset = bytes.subarray(begin + 1, r.at);
    if (first & 1) symbol = (symbol + r.signed32()) | 0;
    const rest = r.at;
    if (first & 2) r.skip();
    if (hasAddend && first & 4) r.skip();
    const now = renumber(symbol >>> 0) | 0;
    out.push((first & ~1) | (now === written ? 0 : 1), ...offset);
    if (now !== written) pushSigned32(out, (now - written) | 0);
    for (let at = rest; at < r.at; at++) out.push(bytes[at]!);
    written = now;
  }

  return Uint8Array.from(out);
}

/**
 * Gives every symbol index in the records, 0 for none.
 *
 * @param start the file offset of the bytes, for errors
 */
export function eachCrelSymbol(bytes: Uint8Array, start: number, visit: (symbol: number) => void): void {
  renumberCrel(bytes, start, (symbol) => {
    visit(symbol);
    return symbol;
  });
}
