// Little-endian MIPS R3000, a number that hardly any file has.
// Sources: the gABI; binutils' include/elf/common.h.
import { headerFlags } from "./mips.js";
import type { TypesCard } from "./kinds.js";

export { names } from "./mips.js";
export { dynamic, memory, symbols, loading, recognition, ports } from "./plain.js";

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags,
};
