import type { SectionDump } from "../section-dump.js";
import { lines, safe } from "./print.js";

const HEX_PER_LINE = 32;

/** Prints 16 bytes a line with their address, in hex and as ASCII. */
export function formatDump({ name, size, offset, addr, bytes }: SectionDump): string {
  const start = BigInt(addr);
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += HEX_PER_LINE) {
    const hex = bytes.slice(at, at + HEX_PER_LINE);
    const address = (start + BigInt(at / 2)).toString(16).padStart(8, "0");
    const words = hex.match(/.{1,8}/g) ?? [];
    rows.push(`  0x${address}  ${words.join(" ").padEnd(36)} ${ascii(hex)}`);
  }

  return lines(`Section ${safe(name)}, ${size} bytes at 0x${offset.toString(16)} in the file`, rows);
}

function ascii(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const letters = bytes.map((byte) => {
    const code = parseInt(byte, 16);
    return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ".";
  });
  return letters.join("");
}
