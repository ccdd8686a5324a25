// Tilera TILE-Gx.
// Sources: glibc's sysdeps/tile (up to 2.27).
import type { LoadingCard, MemoryCard } from "./kinds.js";

export { dynamic, symbols, types, names, recognition, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: null,
  executableStack: false,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const loading: LoadingCard = {
  abis: null,
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: null,
  pltSymbol: null,
  copiesProtected: false,
};
