import { toHex } from "../codec/bytes.js";
import type { ElfFile, SymbolTable } from "../image/elf.js";
import { overlayKind } from "../image/headers/overlay-kind.js";
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
import { Tolerant } from "../image/tolerant.js";

export function describeFile(elf: ElfFile, t: Tolerant): FileDescription {
  const h = elf.header;
  return {
    class: `ELFCLASS${h.class}`,
    byteOrder: h.littleEndian ? "little" : "big",
    type: fileTypeName(h.type),
    machine: machineName(h.machine),
    osabi: osabiName(h.osabi),
    flags: h.flags,
    entry: toQuantity(h.entry),
    size: elf.source.size,
    linkage: t.part(() => elf.linkage),
    abiVersion: h.abiVersion,
    flagNames: headerFlagNames(h.flags, h.machine),
    phoff: h.phoff,
    phnum: h.phnum,
    shoff: h.shoff,
    shnum: h.shnum,
    shstrndx: h.shstrndx,
  };
}

export function buildIdOf(elf: ElfFile): string | null {
  const n = elf.notes.find((n) => n.owner === "GNU" && n.type === NT_GNU.BUILD_ID);
  return n ? toHex(n.description) : null;
}

export function symbolTableCounts(elf: ElfFile, t: Tolerant): ElfDescription["symbols"] {
  const count = (table: SymbolTable | null) => (table?.exact ? table.count : null);
  return { symtab: t.part(() => count(elf.symbols)), dynsym: t.part(() => count(elf.dynamicSymbols)) };
}

/**
 * Everything the reader knows of a file, as JSON with a stable order of keys.
 *
 * @example
 * expect(describeElf(readElf(bytes))).toMatchSnapshot()
 */
export function describeElf(elf: ElfFile): ElfDescription {
  const t = new Tolerant();
  const file = describeFile(elf, t);
  const description: Omit<ElfDescription, "problems"> = {
    file,
    interpreter: t.part(() => elf.interpreter),
    soname: t.part(() => elf.soname),
    needed: t.part(() => elf.needed),
    runpath: t.part(() => elf.runpath),
    rpath: t.part(() => elf.rpath),
    buildId: t.part(() => buildIdOf(elf)),
    segments: t.part(() => describeSegments(elf)),
    sections: t.part(() => describeSections(elf)),
    dynamic: t.part(() => describeDynamic(elf, t)),
    versionNeeds: t.part(() => describeVersionNeeds(elf)),
    versionDefinitions: t.part(() => describeVersionDefinitions(elf)),
    notes: t.part(() => describeNotes(elf, t)),
    symbols: symbolTableCounts(elf, t),
    dynamicSymbols: t.part(() => describeDynamicSymbols(elf, t)),
    overlay: t.part(() => elf.overlay && { ...elf.overlay, kind: overlayKind(elf) }),
    symbolCounts: describeSymbolCounts(elf, t),
    relocations: t.part(() => describeRelocations(elf, t)),
    relro: t.part(() => describeRelro(elf)),
    tls: t.part(() => describeTls(elf)),
    arrays: t.part(() => describeArrays(elf)),
    security: t.part(() => describeSecurity(elf)),
  };

  return { ...description, problems: t.problems };
}
