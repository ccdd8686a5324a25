import { expect, it, vi } from "vitest";
import { readElf } from "../../src/image/read-elf.js";
import { StringTable } from "../../src/image/strings.js";
import { layoutMap } from "../../src/report/map/layout-map.js";
import { buildElf } from "../../src/testing/build-elf.js";

it("many sections of one long name cost no more than the table is worth: the rest is not even looked for", () => {
  const bytes = longNames(2000, 100_000);
  const at = vi.spyOn(StringTable.prototype, "at");
  layoutMap(readElf(bytes));

  expect(at.mock.calls.length).toBeGreaterThan(0);
  expect(at.mock.calls.length).toBeLessThan(200);
  at.mockRestore();
});

/** A file whose sections all have the same long name. */
function longNames(count: number, length: number): Uint8Array {
  const start = buildElf({ machine: 62 }).subarray(0, 64);
  const table = 64 + length + 2;
  const shoff = table + (-table & 7);
  const bytes = new Uint8Array(shoff + (count + 1) * 64);
  const v = new DataView(bytes.buffer);
  bytes.set(start);
  bytes.fill(0x61, 65, 65 + length);

  v.setBigUint64(32, 0n, true);
  v.setUint16(56, 0, true);
  v.setBigUint64(40, BigInt(shoff), true);
  v.setUint16(60, count + 1, true);
  v.setUint16(62, 1, true);
  for (let i = 1; i <= count; i++) {
    const row = shoff + i * 64;
    v.setUint32(row, 1, true);
    v.setUint32(row + 4, 3, true);
    v.setBigUint64(row + 24, 64n, true);
    v.setBigUint64(row + 32, BigInt(length + 2), true);
  }
  return bytes;
}
