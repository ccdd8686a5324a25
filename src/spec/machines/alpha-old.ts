// Alpha by the number that Linux uses (EM_ALPHA of its elf-em.h).
// Sources: as for Alpha.
import { relocations } from "./alpha.js";
import type { DynamicCard, LoadingCard, MemoryCard, NamesCard } from "./kinds.js";

export { symbols, recognition } from "./alpha.js";
export { types, ports } from "./plain.js";

export const dynamic: DynamicCard = {
  tags: null,
  hashEntry: 8,
  gotOrder: null,
};

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: true,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const names: NamesCard = {
  relocations,
};

export const loading: LoadingCard = {
  abis: null,
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 24, got: 25, call: [26, 31, 33, 38] },
  pltSymbol: null,
  copiesProtected: false,
};
