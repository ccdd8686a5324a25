const POLYNOMIAL = 0xedb88320;

/** Made at first use. */
let table: Uint32Array | undefined;

function makeTable(): Uint32Array {
  const remainders = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
    }
    remainders[byte] = remainder;
  }
  return remainders;
}

/**
 * The CRC-32 of ISO 3309 and zip. .gnu_debuglink has that of the debug file (gdb's manual, "Separate Debug Files").
 *
 * @param crc that of the bytes before these
 */
export function crc32(bytes: Uint8Array, crc = 0): number {
  const remainders = (table ??= makeTable());
  let inverted = ~crc;
  for (let i = 0; i < bytes.length; i++) {
    inverted = remainders[(inverted ^ bytes[i]!) & 0xff]! ^ (inverted >>> 8);
  }
  return ~inverted >>> 0;
}
