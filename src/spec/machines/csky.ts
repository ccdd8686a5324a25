// C-SKY.
// Sources: the C-SKY V2 CPU Applications Binary Interface Standards Manual; glibc's sysdeps/csky; binutils'
// bfd/elf32-csky.c and include/elf/csky.h.
import type { LoadingCard, MemoryCard, NamesCard, SymbolsCard } from "./kinds.js";

export { dynamic, types, recognition, ports } from "./plain.js";

export const memory: MemoryCard = {
  maxPage: 0x1000,
  executableStack: false,
  gotHoldsDynamic: null,
  readOnlyDynamic: false,
  segments: null,
  entry: "address",
};

export const symbols: SymbolsCard = {
  mapping: /^\$[td](\.|$)/,
  temporaryPrefix: null,
  unusedSectionSymbols: true,
};

export const names: NamesCard = {
  relocations: {
    prefix: "R_CKCORE_",
    names:
      "NONE ADDR32 @9 RELATIVE COPY GLOB_DAT JUMP_SLOT @56 TLS_DTPMOD32 TLS_DTPOFF32 TLS_TPOFF32 @62 IRELATIVE",
  },
};

export const loading: LoadingCard = {
  abis: null,
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 10, got: 11, call: [12, 56, 57, 58] },
  pltSymbol: null,
  copiesProtected: false,
};
