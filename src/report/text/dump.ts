import type { SectionDump } from "../section-dump.js";
import { lines, safe } from "./print.js";

const PER_LINE = 32;

/** 16 bytes a line with their address, in hex and as ASCII. */
export function formatDump(d: SectionDump): string {
  const start = BigInt(d.addr);
  const rows: string[] = [];
  for (let at = 0; at < d.bytes.length; at += PER_LINE) {
    const hex = d.bytes.slice(at, at + PER_LINE);
    const bytes = hex.match(/../g) ?? [];
    const text = bytes
      .map((b) => parseInt(b, 16))
      .map((n) => (n >= 0x20 && n < 0x7f ? String.fromCharCode(n) : "."))
      .join("");
    rows.push(
      `  0x${(start + BigInt(at / 2)).toString(16).padStart(8, "0")}  ${(hex.match(/.{1,8}/g) ?? []).join(" ").padEnd(36)} ${text}`,
    );
  }

  return lines(`Section ${safe(d.name)}, ${d.size} bytes at ${`0x${d.offset.toString(16)}`} in the file`, rows);
}
