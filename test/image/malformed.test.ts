import { describe, expect, it } from "vitest";
import { readArchive } from "../../src/archive/read.js";
import { readIndex } from "../../src/archive/symbol-index.js";
import { viewOf } from "../../src/codec/bytes.js";
import { Verneed } from "../../src/codec/records.js";
import { bytesSource } from "../../src/codec/source.js";
import { isElfError } from "../../src/error.js";
import { decodeNote } from "../../src/image/notes/note-contents.js";
import { readElf } from "../../src/image/read-elf.js";
import { countRelocations } from "../../src/image/relocations/relocation-counts.js";
import { patch, resolveLibraries, shrinkRunpath, stripUnneeded } from "../../src/index.js";
import { EM, ET, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { testArchive } from "../support/archives.js";
import { caught, dyn, shdr } from "../support/elf.js";
import { objectFile } from "../support/objects.js";

/** The offset that a MALFORMED error carries. */
function placeOf(work: () => unknown): number {
  const error = caught(work);
  if (!isElfError(error, "MALFORMED")) throw error;
  return error.detail.offset;
}

const indexOfText = (bytes: Uint8Array, text: string): number => Buffer.from(bytes).indexOf(text);

describe("the offset of a MALFORMED error leads to", () => {
  it("the dynamic section, which names a table that is not in the file", () => {
    const bytes = buildElf({ versionNeeds: [{ file: "libc.so.6", versions: ["GLIBC_2.34"] }] });
    dyn(bytes, DT.VERNEED).val = 0x7000000;
    const elf = readElf(bytes);
    expect(placeOf(() => elf.versionNeeds)).toBe(elf.dynamic!.offset);
  });

  it("a string that does not end", () => {
    const bytes = buildElf({ soname: "libx.so" });
    const at = indexOfText(bytes, "libx.so\0");
    dyn(bytes, DT.STRSZ).val = at + 3 - readElf(bytes).dynamic!.strings!.offset;
    expect(placeOf(() => readElf(bytes).soname)).toBe(at);
  });

  it("a string that is not UTF-8", () => {
    const bytes = buildElf({ runpath: "/a:/Q" });
    const at = indexOfText(bytes, "/a:/Q");
    bytes[at + 4] = 0xff;
    expect(placeOf(() => patch(bytes, [shrinkRunpath({ lookup: () => undefined })]))).toBe(at);
  });

  it("a string table whose names are too long together", () => {
    const bytes = buildElf({
      versionNeeds: Array.from({ length: 8000 }, (_, i) => ({ file: "libc.so.6", versions: [`V${i}`] })),
      runpath: "x".repeat(200_000),
    });
    const { header, dynamic, versionNeeds } = readElf(bytes);
    const long = Number(dynamic!.entries.find((e) => e.tag === DT.RUNPATH)!.value);
    for (const n of versionNeeds) Verneed.view(viewOf(bytes), n.at, header).file = long;
    expect(placeOf(() => readElf(bytes).versionNeeds)).toBe(dynamic!.strings!.offset);
  });

  it("a note", () => {
    const description = Uint8Array.of(1, 2, 3);
    const notes = [
      { section: ".note.a", owner: "GNU", type: 3, description },
      { section: ".note.b", owner: "GNU", type: 1, description },
    ];
    const elf = readElf(buildElf({ buildId: null, notes }));
    const [whole, broken] = elf.notes;

    expect(decodeNote(whole!, elf.header)).toMatchObject({ kind: "build-id" });
    expect(placeOf(() => decodeNote(broken!, elf.header))).toBe(broken!.offset);
  });

  it("the byte that a packed number lacks", () => {
    const bytes = buildElf({ type: ET.REL, debugInfo: 2 });
    const header = shdr(bytes, ".debug_info");
    header.type = SHT.CREL;
    bytes.set([5 << 3, 3], header.offset);
    expect(placeOf(() => countRelocations(readElf(bytes)))).toBe(header.offset + 2);
  });

  it("a section of relocations that names a symbol which is not there", () => {
    const bytes = objectFile({
      class: 64,
      littleEndian: true,
      machine: EM.X86_64,
      sections: [{ name: ".text", bytes: new Uint8Array(8), relocations: [[0, 1]] }],
      symbols: [{ name: "a", section: ".text" }],
    });
    const { offset } = shdr(bytes, ".rela.text");
    viewOf(bytes).setUint32(offset + 12, 99, true);
    expect(placeOf(() => patch(bytes, [stripUnneeded()]))).toBe(offset);
  });

  it("the dynamic section of a program that asks for too many places", () => {
    const program = buildElf({
      type: ET.EXEC,
      needed: Array.from({ length: 3000 }, (_, i) => `lib${i}.so`),
      runpath: Array.from({ length: 3000 }, (_, i) => `/directory/number/${i}`).join(":"),
    });
    const files = { readFile: (path: string) => (path === "/app/main" ? program : undefined) };
    expect(placeOf(() => resolveLibraries("/app/main", { files }))).toBe(readElf(program).dynamic!.offset);
  });

  it("the symbol index of a static library", () => {
    const bytes = testArchive([{ name: "a.o", bytes: new Uint8Array(4), symbols: ["a"] }]);
    // The first number of the index, behind the magic number and the member's header, is the count of its symbols.
    bytes[8 + 60] = 0xff;
    expect(placeOf(() => readIndex(readArchive(bytesSource(bytes))))).toBe(8);
  });
});
