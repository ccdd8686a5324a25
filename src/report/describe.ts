import { toHex } from "../codec/bytes.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { overlayKind } from "../image/headers/overlay-kind.js";
import { Tolerant } from "../image/tolerant.js";
import { NT_GNU } from "../spec/constants.js";
import { headerFlagNames } from "../spec/header-flags.js";
import { fileTypeName, machineName, osabiName } from "../spec/names.js";
import type { ElfDescription, FileDescription } from "./description.js";
import {
  describeDynamic,
  describeDynamicSymbols,
  describeNotes,
  describeSections,
  describeSegments,
  describeVersionDefinitions,
  describeVersionNeeds,
} from "./parts.js";
import { toQuantity } from "./quantity.js";
import {
  describeArrays,
  describeRelocations,
  describeRelro,
  describeSecurity,
  describeSymbolCounts,
  describeTls,
} from "./summaries.js";
import { assertElf } from "../input.js";

export function describeFile(elf: ElfFile, tolerant: Tolerant): FileDescription {
  const { header } = elf;
  tolerant.sectionTable(elf);

  return {
    class: `ELFCLASS${header.class}`,
    byteOrder: header.littleEndian ? "little" : "big",
    type: fileTypeName(header.type),
    machine: machineName(header.machine),
    osabi: osabiName(header.osabi),
    flags: header.flags,
    entry: toQuantity(header.entry),
    size: elf.source.size,
    linkage: tolerant.part(() => elf.linkage),
    abiVersion: header.abiVersion,
    flagNames: headerFlagNames(header.flags, header.machine),
    phoff: header.phoff,
    phnum: header.phnum,
    shoff: header.shoff,
    shnum: header.shnum,
    shstrndx: header.shstrndx,
  };
}

export function buildIdOf(elf: ElfFile): string | null {
  const note = elf.notes.find((n) => n.owner === "GNU" && n.type === NT_GNU.BUILD_ID);
  return note ? toHex(note.description) : null;
}

export function symbolTableCounts(elf: ElfFile, tolerant: Tolerant): ElfDescription["symbols"] {
  const count = (table: SymbolTable | null) => (table?.exact ? table.count : null);
  return {
    symtab: tolerant.part(() => count(elf.symbols)),
    dynsym: tolerant.part(() => count(elf.dynamicSymbols)),
  };
}

/**
 * Describes all that the reader knows of a file, as JSON with a stable order of keys.
 *
 * @example
 * expect(describeElf(readElf(bytes))).toMatchSnapshot()
 */
export function describeElf(elf: ElfFile): ElfDescription {
  assertElf("describeElf", elf);
  const tolerant = new Tolerant();
  const description: Omit<ElfDescription, "problems"> = {
    file: describeFile(elf, tolerant),
    interpreter: tolerant.part(() => elf.interpreter),
    soname: tolerant.part(() => elf.soname),
    needed: tolerant.part(() => elf.needed),
    runpath: tolerant.part(() => elf.runpath),
    rpath: tolerant.part(() => elf.rpath),
    buildId: tolerant.part(() => buildIdOf(elf)),
    segments: tolerant.part(() => describeSegments(elf)),
    sections: tolerant.part(() => describeSections(elf)),
    dynamic: tolerant.part(() => describeDynamic(elf, tolerant)),
    versionNeeds: tolerant.part(() => describeVersionNeeds(elf)),
    versionDefinitions: tolerant.part(() => describeVersionDefinitions(elf)),
    notes: tolerant.part(() => describeNotes(elf, tolerant)),
    symbols: symbolTableCounts(elf, tolerant),
    dynamicSymbols: tolerant.part(() => describeDynamicSymbols(elf, tolerant)),
    overlay: tolerant.part(() => elf.overlay && { ...elf.overlay, kind: overlayKind(elf) }),
    symbolCounts: describeSymbolCounts(elf, tolerant),
    relocations: tolerant.part(() => describeRelocations(elf, tolerant)),
    relro: tolerant.part(() => describeRelro(elf)),
    tls: tolerant.part(() => describeTls(elf)),
    arrays: tolerant.part(() => describeArrays(elf)),
    security: tolerant.part(() => describeSecurity(elf)),
  };

  return { ...description, problems: tolerant.problems };
}
