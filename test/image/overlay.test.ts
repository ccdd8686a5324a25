import { describe, expect, it } from "vitest";
import { readElf } from "../../src/image/read-elf.js";
import { elfEnd } from "../../src/image/headers/overlay.js";
import { ET } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ehdr, ENCODINGS, fixture, shdr } from "../support/elf.js";

describe("overlay", () => {
  it.each(ENCODINGS)("is what follows the ELF file ($label)", (e) => {
    for (const options of [
      {},
      { sectionHeaders: false },
      { sectionTable: "start" as const },
      { type: ET.REL },
      { type: ET.CORE },
    ]) {
      const size = buildElf({ ...e, ...options }).length;
      const elf = readElf(buildElf({ ...e, ...options, overlay: new Uint8Array(33).fill(1) }));
      expect(elf.overlay).toEqual({ offset: size, size: 33 });
    }
  });

  it.each(ENCODINGS)("is null for zeros alone, but whole where it begins or ends with zeros ($label)", (e) => {
    for (const options of [{}, { sectionHeaders: false }, { sectionTable: "start" as const }, { type: ET.REL }]) {
      const size = buildElf({ ...e, ...options }).length;
      const behind = (overlay: Uint8Array) => readElf(buildElf({ ...e, ...options, overlay })).overlay;
      for (const length of [1, 5, 1024, 5000]) {
        const last = new Uint8Array(length);
        last[length - 1] = 1;
        const first = last.slice().reverse();

        expect(behind(new Uint8Array(length))).toBe(null);
        expect([behind(last), behind(first)]).toEqual([
          { offset: size, size: length },
          { offset: size, size: length },
        ]);
      }
    }
  });

  it("is null where nothing follows", () => {
    const built = [buildElf(), buildElf({ sectionHeaders: false })];
    for (const bytes of [...built, fixture("x86_64-glibc-pie"), fixture("x86_64-object.o")]) {
      expect(readElf(bytes).overlay).toBe(null);
    }
  });

  it("does not count .bss or a header of type NULL", () => {
    const b = buildElf({ bss: 0x100000, overlay: new Uint8Array(5).fill(1) });
    expect(readElf(b).overlay!.size).toBe(5);
    Object.assign(shdr(b, ""), { offset: 0, size: 2 ** 30 });
    expect(readElf(b).overlay!.size).toBe(5);
  });

  it("does not count the place of a table without entries", () => {
    const b = buildElf({ sectionHeaders: false, overlay: new Uint8Array(5).fill(1) });
    ehdr(b).shoff = b.length - 1;
    expect(readElf(b).overlay).toEqual({ offset: b.length - 5, size: 5 });
  });

  it("ends at the file's end where a section claims more", () => {
    const b = buildElf({ overlay: new Uint8Array(5).fill(1) });
    shdr(b, ".comment").size = 2 ** 50;
    expect([readElf(b).overlay, elfEnd(readElf(b))]).toEqual([null, b.length]);
  });
});
