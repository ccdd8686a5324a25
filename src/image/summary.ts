import { fileTypeName, machineName } from "../spec/names.js";
import type { ElfFile, ElfSummary } from "./elf.js";
import { Tolerant } from "./tolerant.js";

/** The summary of a file, also of a broken one. */
export function summaryOf(elf: ElfFile): ElfSummary {
  const { header, source } = elf;
  const tolerant = new Tolerant();
  tolerant.sectionTable(elf);

  const summary = {
    class: header.class,
    byteOrder: header.littleEndian ? "little" : "big",
    type: fileTypeName(header.type),
    machine: machineName(header.machine),
    linkage: tolerant.part(() => elf.linkage),
    interpreter: tolerant.part(() => elf.interpreter),
    needed: tolerant.part(() => elf.needed),
    runpath: tolerant.part(() => elf.runpath),
    rpath: tolerant.part(() => elf.rpath),
    soname: tolerant.part(() => elf.soname),
    segments: header.phnum,
    sections: header.shnum,
    size: source.size,
  } as const;

  return { ...summary, problems: tolerant.problems };
}

/** Makes `console.log` of Node, Deno and Bun show the summary, not the fields of an object that reads lazily. */
export function showSummary(elf: ElfFile): void {
  const show = (_: number, options: object, inspect: (value: unknown, options: object) => string) =>
    `ElfFile ${inspect(elf.toJSON(), options)}`;
  Object.defineProperty(elf, Symbol.for("nodejs.util.inspect.custom"), { value: show });
}
