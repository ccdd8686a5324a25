// 64-bit SPARC.
// Sources: the SPARC Compliance Definition 2.4; as for SPARC.
import { relocations } from "./sparc.js";
import type { LoadingCard, MemoryCard, NamesCard, PortsCard, TypesCard } from "./kinds.js";

export { dynamic, recognition } from "./sparc.js";
export { symbols } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: 0x10000,
  executableStack: true,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const types: TypesCard = {
  segmentTypes: null,
  sectionTypes: null,
  properties: null,
  headerFlags: {
    bits: {
      SPARC_32PLUS: 0x100, SPARC_SUN_US1: 0x200, SPARC_HAL_R1: 0x400, SPARC_SUN_US3: 0x800, SPARC_LEDATA: 0x800000,
    },
    fields: [
      { mask: 3, values: { 0: "SPARCV9_TSO", 1: "SPARCV9_PSO", 2: "SPARCV9_RMO" } },
    ],
    older: null,
  },
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib64/ld-linux.so.2"], cacheFlags: [0x103], platform: "sun4u",
      multiarch: "sparc64-linux-gnu", libraryDirectory: "lib64", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 19, got: 20, call: [21, 74, 75, 76, 77, 78, 79] },
  pltSymbol: null,
  copiesProtected: false,
};

export const ports: PortsCard = {
  formats: [null, "sparc"],
  ports: [
    {
      class: 64, littleEndian: null, name: null, python: "sparc64", hasPolicies: false,
      zig: null, glibcLoader: null,
    },
  ],
};
