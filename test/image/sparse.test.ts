import { describe, expect, it } from "vitest";
import { concat } from "../../src/codec/bytes.js";
import { Shdr } from "../../src/codec/records.js";
import { encodeRecords } from "../../src/testing/parts.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { readElf } from "../../src/image/read-elf.js";
import { plan } from "../../src/patch.js";
import { SHT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { bytesSource } from "../../src/codec/source.js";
import { counting, ehdr, fixture, sparse } from "../support/elf.js";

const GIGABYTE = 2 ** 30;

describe("a file of 1 GB", () => {
  const head = buildElf({ runpath: "/opt/lib", needed: ["liba.so", "libc.so.6"] });
  const e = { class: 64, littleEndian: true } as const;

  it("is read by a few KB for its needed libraries", () => {
    const last = { at: GIGABYTE - 1, bytes: new Uint8Array([1]) };
    const source = counting(sparse(GIGABYTE, [{ at: 0, bytes: head }, last]));
    const elf = readElf(source);
    expect([elf.needed, elf.runpath, elf.interpreter]).toEqual([
      ["liba.so", "libc.so.6"],
      "/opt/lib",
      "/lib64/ld-linux-x86-64.so.2",
    ]);
    expect(source.bytes).toBeLessThan(8192);
    expect(elf.overlay).toEqual({ offset: head.length, size: GIGABYTE - head.length });
    expect([...elf.dynamicSymbols!].length).toBe(1);
    expect(elf.linkage).toBe("dynamic");
    expect(source.bytes).toBeLessThan(16384);
  });

  it("is read by a few KB where 1 GB of zeros follows, also to be patched in its place", () => {
    const source = counting(sparse(GIGABYTE, [{ at: 0, bytes: head }]));
    expect([readElf(source).needed, readElf(source).runpath]).toEqual([["liba.so", "libc.so.6"], "/opt/lib"]);
    expect(source.bytes).toBeLessThan(16384);

    const program = fixture("x86_64-glibc-pie-runpath");
    const large = counting(sparse(GIGABYTE, [{ at: 0, bytes: program }]));
    const p = plan(large, setRunpath("/a"));
    expect([p.changed, p.size]).toEqual([true, GIGABYTE]);
    expect(large.bytes).toBeLessThan(2 ** 16);
  });

  it("tells zeros from a payload by blocks", () => {
    const block = 2 ** 20;
    const size = 16 * block;
    const largest = (places: readonly { readonly at: number; readonly bytes: Uint8Array }[]) => {
      const source = sparse(size, [{ at: 0, bytes: head }, ...places]);
      let most = 0;
      const read = (offset: number, length: number) => {
        most = Math.max(most, length);
        return source.read(offset, length);
      };
      return [readElf({ size, read }).overlay, most <= block];
    };

    const payload = { offset: head.length, size: size - head.length };
    expect(largest([])).toEqual([null, true]);
    expect(largest([{ at: size / 2, bytes: new Uint8Array([1]) }])).toEqual([payload, true]);
  });

  it("does not load its section names for them, however many there are", () => {
    // The section headers stand at the end; their name table has 900 MB.
    const bytes = head.slice();
    const shoff = GIGABYTE - 2 * 64;
    Object.assign(ehdr(bytes), { shoff, shnum: 2, shstrndx: 1 });
    const table = encodeRecords(Shdr, e, [{}, { type: SHT.STRTAB, offset: 0x100000, size: 900_000_000 }]);
    const source = counting(
      sparse(GIGABYTE, [
        { at: 0, bytes },
        { at: shoff, bytes: table },
      ]),
    );
    const elf = readElf(source);

    expect(elf.needed).toEqual(["liba.so", "libc.so.6"]);
    expect(elf.sections.length).toBe(2);
    expect(source.bytes).toBeLessThan(8192);
  });

  it("is read property by property, each once", () => {
    const source = counting(bytesSource(concat([head])));
    const elf = readElf(source);
    const readAll = () => [elf.needed, elf.notes, elf.sections, elf.versionNeeds, elf.segments, elf.dynamic];

    readAll();
    const { reads } = source;
    readAll();
    expect(source.reads).toBe(reads);
  });
});
