import { expect } from "vitest";
import type { LayoutMap, MapPart } from "../../../src/index.js";

const end = (p: { readonly size: MapPart["size"] }, at: number | bigint): bigint => BigInt(at) + BigInt(p.size);

/** Each byte of the file is in one part of one region; each byte of a PT_LOAD's pages, or of what neighbours leave of them, in one of its parts. */
export function expectWhole(m: LayoutMap, size: number): void {
  let at = 0n;
  for (const r of m.regions) {
    expect(BigInt(r.offset)).toBe(at);
    for (const p of r.parts) {
      expect(BigInt(p.offset!)).toBe(at);
      expect(p.size).toBeGreaterThan(0);
      expect(p.address === null).toBe(r.kind !== "load");
      at = end(p, at);
    }
    expect(at).toBe(BigInt(r.offset + r.size));
  }
  expect(at).toBe(BigInt(size));
  for (const s of m.memory) {
    let address = BigInt(s.parts[0]!.address!);
    for (const p of s.parts) {
      expect(BigInt(p.address!)).toBe(address);
      expect(BigInt(p.size)).toBeGreaterThan(0n);
      address = end(p, address);
    }
    const own = s.parts.filter((p) => p.kind !== "page-head" && p.kind !== "page-tail");
    expect([BigInt(own[0]!.address!), end(own.at(-1)!, BigInt(own.at(-1)!.address!))]).toEqual([BigInt(s.address), end(s, BigInt(s.address))]);
    expect(address <= end(s.pages, BigInt(s.pages.address))).toBe(true);
    expect(BigInt(s.pages.address) % BigInt(m.pageSize!)).toBe(0n);
  }
}
