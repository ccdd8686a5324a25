// 32-bit SPARC with instructions of version 9.
// Sources: the SPARC Compliance Definition 2.4; as for SPARC.
import { relocations } from "./sparc.js";
import type { NamesCard, TypesCard } from "./kinds.js";

export { memory, loading, recognition } from "./sparc.js";
export { dynamic, symbols, ports } from "./plain.js";

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags: {
    bits: {
      SPARC_32PLUS: 0x100, SPARC_SUN_US1: 0x200, SPARC_HAL_R1: 0x400, SPARC_SUN_US3: 0x800, SPARC_LEDATA: 0x800000,
    },
    fields: null,
    older: null,
  },
};

export const names: NamesCard = {
  relocations,
};
