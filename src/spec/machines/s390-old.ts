// S/390 by the number that it had before one was assigned.
// Sources: binutils' include/elf/common.h (EM_S390_OLD).
import { relocations } from "./s390.js";
import type { LoadingCard, MemoryCard, NamesCard, RecognitionCard } from "./kinds.js";

export { dynamic } from "./s390.js";
export { symbols, types, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: 0x1000,
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
  relocations: null,
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: [
    { name: /^ld64\.so\.1$/, libc: "glibc", class: 64 },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};
