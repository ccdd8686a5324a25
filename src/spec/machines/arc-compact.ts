// Synopsys ARC, the instruction sets before ARCv2.
// Sources: binutils' bfd/elf32-arc.c and include/elf/arc.h.
import type { LoadingCard } from "./kinds.js";

export { memory, names } from "./arc-compact2.js";
export { dynamic, symbols, types, recognition, ports } from "./plain.js";

export const loading: LoadingCard = {
  abis: null,
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: null,
  pltSymbol: null,
  copiesProtected: false,
};
