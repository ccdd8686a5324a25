// Intel's microcontrollers: i386 without its floating point.
// Sources: the Intel MCU psABI; binutils' bfd/elf32-i386.c, which has both.
import { properties } from "./x86-64.js";
import { relocations } from "./i386.js";
import type { MemoryCard, NamesCard, PortsCard, SymbolsCard, TypesCard } from "./kinds.js";

export { dynamic, loading, recognition } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: 0x1000,
  executableStack: null,
  gotHoldsDynamic: true,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: null,
  temporaryPrefix: null,
  unusedSectionSymbols: false,
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties,
  headerFlags: null,
};

export const names: NamesCard = {
  relocations,
};

export const ports: PortsCard = {
  formats: ["iamcu", null],
  ports: null,
};
