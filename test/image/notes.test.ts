import { describe, expect, it } from "vitest";
import { encodeText, viewOf } from "../../src/codec/bytes.js";
import { Nhdr } from "../../src/codec/records.js";
import { readElf } from "../../src/image/read-elf.js";
import { ET, NT_GNU, PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS, fixture, phdr } from "../support/elf.js";

const NOTES = [
  { section: ".note.a", owner: "abcd", type: 7, description: Uint8Array.of(1, 2, 3) },
  { section: ".note.a", owner: "", type: 8, description: new Uint8Array(0) },
];

describe("notes", () => {
  it.each(ENCODINGS)("have owner, type and description ($label)", (e) => {
    const elf = readElf(buildElf({ ...e, notes: NOTES }));
    expect(elf.notes.map((n) => [n.owner, n.type, [...n.description]])).toEqual([
      ["GNU", NT_GNU.BUILD_ID, Array.from({ length: 20 }, (_, i) => i + 1)],
      ["abcd", 7, [1, 2, 3]],
      ["", 8, []],
    ]);

    const { offset } = elf.sections.find((s) => s.name === ".note.a")!.header;
    expect(elf.notes.slice(1).map((n) => n.offset)).toEqual([offset, offset + 12 + 8 + 4]);
  });

  it("are those of the fixtures", () => {
    expect(readElf(fixture("x86_64-glibc-pie")).notes.map((n) => [n.owner, n.type])).toEqual([
      ["GNU", NT_GNU.PROPERTY_TYPE_0],
      ["GNU", NT_GNU.BUILD_ID],
      ["GNU", NT_GNU.ABI_TAG],
    ]);
    expect(readElf(fixture("s390x-glibc-exec")).notes.map((n) => n.type)).toEqual([NT_GNU.BUILD_ID, NT_GNU.ABI_TAG]);
    expect(readElf(fixture("x86_64-glibc-pie")).notes[1]!.description.length).toBe(20);
    expect(readElf(fixture("x86_64-musl-pie-libc.so")).notes).toEqual([]);
  });

  it("aligned to 8 have their description and successor there", () => {
    // Two notes with an owner of 4 bytes and descriptions of 9 and 1: at 16 and, from 32 on, at 48.
    const bytes = new Uint8Array(32 + 16 + 8);
    const view = viewOf(bytes);
    const e = { class: 64, littleEndian: true } as const;
    Object.assign(Nhdr.view(view, 0, e), { namesz: 4, descsz: 9, type: 1 });
    bytes.set(encodeText("GNU\0"), 12);
    bytes.fill(5, 16, 25);
    Object.assign(Nhdr.view(view, 32, e), { namesz: 4, descsz: 1, type: 2 });
    bytes.set(encodeText("GNU\0"), 44);
    bytes[48] = 6;

    const b = buildElf({
      buildId: null,
      notes: [{ section: ".note.x", owner: "", type: 0, description: new Uint8Array(bytes.length) }],
    });
    const segment = phdr(b, PT.NOTE);
    Object.assign(segment, { align: 8, offset: segment.offset + 12, filesz: bytes.length });
    b.set(bytes, segment.offset);

    expect(
      readElf(b).notes.map((n) => [n.owner, n.type, n.description.length, n.description[0], n.offset - segment.offset]),
    ).toEqual([
      ["GNU", 1, 9, 5, 0],
      ["GNU", 2, 1, 6, 32],
    ]);
  });

  it("end at a broken one, and outside the file there are none", () => {
    const b = buildElf({ notes: NOTES });
    const second = readElf(b).notes[1]!;
    Nhdr.view(viewOf(b), second.offset, { class: 64, littleEndian: true }).descsz = 0xffffffff;
    expect(readElf(b).notes.map((n) => n.type)).toEqual([NT_GNU.BUILD_ID]);
    phdr(b, PT.NOTE).setExact("offset", 2n ** 63n);
    expect(readElf(b).notes).toEqual([]);
  });

  it("can be very many", () => {
    const n = 300_000;
    const b = buildElf({
      type: ET.CORE,
      memory: [],
      notes: [{ section: "", owner: "", type: 0, description: new Uint8Array(12 * n) }],
    });
    const segment = phdr(b, PT.NOTE);
    Object.assign(segment, { offset: segment.offset + 12, filesz: 12 * n });
    expect(readElf(b).notes.length).toBe(n);
  });

  it("that overlap are not read again and again", () => {
    const notes = [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(60_000) }];
    const b = buildElf({ type: ET.CORE, notes, memory: Array.from({ length: 200 }, () => ({ address: 0, size: 0 })) });
    const { offset } = phdr(b, PT.NOTE);
    for (let i = 0; i < 200; i++) {
      Object.assign(phdr(b, PT.LOAD), { type: PT.NOTE, offset: offset - i, filesz: 60_000 });
    }
    const before = performance.now();
    expect(readElf(b).notes.length).toBeLessThan(20);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

it("reads on with the other alignment where a segment holds notes of both, as mold's do", () => {
  const note = (type: number, size: number) => ({
    section: ".note.x",
    owner: "GNU",
    type,
    description: new Uint8Array(size).fill(type),
  });
  const built = buildElf({ buildId: null, notes: [note(3, 20), note(1, 16)] });
  // A build ID of 20 bytes ends on a multiple of 4, where 8 would pass over the next note's first half.
  phdr(built, PT.NOTE).align = 8;

  expect(readElf(built).notes.map((n) => [n.owner, n.type, n.description.length])).toEqual([
    ["GNU", 3, 20],
    ["GNU", 1, 16],
  ]);
});
