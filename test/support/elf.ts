import { viewOf } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { Dyn, type DynView, type EhdrView, Phdr, type PhdrView, Shdr, type ShdrView } from "../../src/codec/records.js";
import type { ByteSource } from "../../src/codec/source.js";
import { type ElfError, isElfError } from "../../src/error.js";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import { headerView } from "../../src/image/headers/header.js";
import { symbolVersions } from "../../src/image/dynamic/versions.js";
import { fixture as buffer } from "./fixtures.js";

/** A class and byte order, as the library and as `buildElf` has it. */
export interface TestEncoding extends Encoding {
  readonly byteOrder: "little" | "big";
  readonly label: string;
}

export const ENCODINGS: readonly TestEncoding[] = [
  { class: 64, littleEndian: true, byteOrder: "little", label: "64-bit little-endian" },
  { class: 64, littleEndian: false, byteOrder: "big", label: "64-bit big-endian" },
  { class: 32, littleEndian: true, byteOrder: "little", label: "32-bit little-endian" },
  { class: 32, littleEndian: false, byteOrder: "big", label: "32-bit big-endian" },
];

/** A file of fixtures/bin as the core sees it in a browser, where there is no Buffer. */
export const fixture = (name: string): Uint8Array => new Uint8Array(buffer(name));

/** The ElfError that `f` throws; a result or any other error fails the test. */
export function caught(f: () => unknown): ElfError {
  try {
    f();
  } catch (e) {
    if (isElfError(e)) return e;
    throw e;
  }
  throw new Error("no error was thrown");
}

/** The same as {@link caught}, of work that may be asynchronous. */
export async function refusal(work: () => unknown): Promise<ElfError> {
  let result: unknown;
  try {
    result = await work();
  } catch (e) {
    return caught(() => {
      throw e;
    });
  }
  throw new Error(`no error was thrown, but there is ${JSON.stringify(result)}`);
}

/** A writable view over the fields of the ELF header, to break them. */
export const ehdr = (bytes: Uint8Array): EhdrView => headerView(bytes, encodingOf(bytes));

const encodingOf = (b: Uint8Array): Encoding => ({ class: b[4] === 2 ? 64 : 32, littleEndian: b[5] === 1 });

/** A writable view over the first (or `nth`) program header of this type. */
export function phdr(bytes: Uint8Array, type: number, nth = 0): PhdrView {
  const { header: h, segments } = readElf(bytes);
  const indexes = [...segments.keys()].filter((i) => segments[i]!.type === type);
  return Phdr.view(viewOf(bytes), h.phoff + indexes[nth]! * h.phentsize, h);
}

/** A writable view over a section header. */
export function shdr(bytes: Uint8Array, name: string): ShdrView {
  const { header: h, sections } = readElf(bytes);
  const { index } = sections.find((s) => s.name === name)!;
  return Shdr.view(viewOf(bytes), h.shoff + index * h.shentsize, h);
}

/** A writable view over the first dynamic entry with this tag. */
export function dyn(bytes: Uint8Array, tag: number): DynView {
  const { header: h, dynamic } = readElf(bytes);
  const { index } = dynamic!.entries.find((e) => e.tag === tag)!;
  return Dyn.view(viewOf(bytes), dynamic!.offset + index * Dyn.size(h.class), h);
}

/** A source that counts what is read of it. */
export function counting(source: ByteSource): ByteSource & { bytes: number; reads: number } {
  return {
    size: source.size,
    bytes: 0,
    reads: 0,
    read(offset, length) {
      this.bytes += length;
      this.reads++;
      return source.read(offset, length);
    },
  };
}

/** A large file of which only some places are not zero. */
export function sparse(
  size: number,
  places: readonly { readonly at: number; readonly bytes: Uint8Array }[],
): ByteSource {
  return {
    size,
    read(offset, length) {
      const read = new Uint8Array(length);
      for (const { at, bytes } of places) {
        const from = Math.max(at, offset);
        const to = Math.min(at + bytes.length, offset + length);
        if (from < to) read.set(bytes.subarray(from - at, to - at), from - offset);
      }
      return read;
    },
  };
}

/** Everything that can be read of a file, by the name of the property. */
export const READERS: Readonly<Record<string, (elf: ElfFile) => unknown>> = {
  segments: (e) => e.segments,
  sections: (e) => e.sections.map((s) => s.name),
  dynamic: (e) => e.dynamic,
  interpreter: (e) => e.interpreter,
  needed: (e) => e.needed,
  runpath: (e) => e.runpath,
  rpath: (e) => e.rpath,
  soname: (e) => e.soname,
  symbols: (e) => e.symbols && [...e.symbols],
  dynamicSymbols: (e) => e.dynamicSymbols && [...e.dynamicSymbols],
  versionNeeds: (e) => e.versionNeeds,
  versionDefinitions: (e) => e.versionDefinitions,
  symbolVersions: (e) => symbolVersions(e)(1),
  notes: (e) => e.notes,
  overlay: (e) => e.overlay,
  linkage: (e) => e.linkage,
};
