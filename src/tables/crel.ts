import { LebReader, pushSigned32, pushUnsigned } from "../codec/leb128.js";

/** The flag of CREL's header that says that records have addends. */
const HAS_ADDEND = 4;

/** Flags of a record: which of its fields differ from those of the record before. */
const SYMBOL = 1;
const TYPE = 2;
const ADDEND = 4;

/**
 * Renumbers the symbols of relocations in the compact form of SHT_CREL (gABI proposal, as LLVM 19 writes it). It begins
 * with the count. Each record has the difference of its offset, with flags in the lowest bits, and then the differences
 * of symbol, type and addend that the flags announce.
 *
 * @param start the file offset of the bytes, for errors
 * @param renumber the new index of a symbol, asked for once a record
 */
export function renumberCrel(bytes: Uint8Array, start: number, renumber: (symbol: number) => number): Uint8Array {
  const reader = new LebReader(bytes, start);
  const head = reader.unsigned();
  const count = Math.floor(head / 8);
  const hasAddends = (head & HAS_ADDEND) !== 0;

  const out: number[] = [];
  pushUnsigned(out, head);
  let symbol = 0;
  let lastWritten = 0;
  for (let i = 0; i < count; i++) {
    const recordAt = reader.at;
    const first = reader.byte();
    if (first >= 128) reader.skip();
    const restOfOffset = bytes.subarray(recordAt + 1, reader.at);
    if (first & SYMBOL) symbol = (symbol + reader.signed32()) | 0;

    const othersAt = reader.at;
    if (first & TYPE) reader.skip();
    if (hasAddends && first & ADDEND) reader.skip();

    const renumbered = renumber(symbol >>> 0) | 0;
    const differs = renumbered !== lastWritten;
    out.push((first & ~SYMBOL) | (differs ? SYMBOL : 0), ...restOfOffset);
    if (differs) pushSigned32(out, (renumbered - lastWritten) | 0);
    for (let at = othersAt; at < reader.at; at++) out.push(bytes[at]!);
    lastWritten = renumbered;
  }

  return Uint8Array.from(out);
}

/**
 * Visits the symbol index of every record, 0 for none.
 *
 * @param start the file offset of the bytes, for errors
 */
export function eachCrelSymbol(bytes: Uint8Array, start: number, visit: (symbol: number) => void): void {
  renumberCrel(bytes, start, (symbol) => {
    visit(symbol);
    return symbol;
  });
}
