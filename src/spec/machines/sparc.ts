// 32-bit SPARC.
// Sources: the SPARC psABI, third edition; glibc's sysdeps/sparc; binutils' bfd/elfxx-sparc.c and
// include/elf/sparc.h.
import type { DynamicCard, LoadingCard, MemoryCard, NamesCard, PortsCard, RecognitionCard } from "./kinds.js";

export { symbols, types } from "./plain.js";

/** Shared by the cards of all classes and versions. */
export const relocations: NonNullable<NamesCard["relocations"]> = {
  prefix: "R_SPARC_",
  names:
    "NONE 8 16 32 DISP8 DISP16 DISP32 WDISP30 WDISP22 HI22 22 13 LO10 GOT10 GOT13 GOT22 PC10 PC22 WPLT30 COPY " +
    "GLOB_DAT JMP_SLOT RELATIVE UA32 PLT32 HIPLT22 LOPLT10 PCPLT32 PCPLT22 PCPLT10 10 11 64 OLO10 HH22 HM10 " +
    "LM22 PC_HH22 PC_HM10 PC_LM22 WDISP16 WDISP19 @43 7 5 6 DISP64 PLT64 HIX22 LOX10 H44 M44 L44 REGISTER UA64 " +
    "UA16 TLS_GD_HI22 TLS_GD_LO10 TLS_GD_ADD TLS_GD_CALL TLS_LDM_HI22 TLS_LDM_LO10 TLS_LDM_ADD TLS_LDM_CALL " +
    "TLS_LDO_HIX22 TLS_LDO_LOX10 TLS_LDO_ADD TLS_IE_HI22 TLS_IE_LO10 TLS_IE_LD TLS_IE_LDX TLS_IE_ADD " +
    "TLS_LE_HIX22 TLS_LE_LOX10 TLS_DTPMOD32 TLS_DTPMOD64 TLS_DTPOFF32 TLS_DTPOFF64 TLS_TPOFF32 TLS_TPOFF64 " +
    "GOTDATA_HIX22 GOTDATA_LOX10 GOTDATA_OP_HIX22 GOTDATA_OP_LOX10 GOTDATA_OP H34 SIZE32 SIZE64 WDISP10 @248 " +
    "JMP_IREL IRELATIVE GNU_VTINHERIT GNU_VTENTRY REV32",
};

export const dynamic: DynamicCard = {
  tags: { SPARC_REGISTER: [0x70000001, "value"] },
  hashEntry: 4,
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
  abis: [
    {
      class: null, littleEndian: null, flags: null,
      loaders: ["/lib/ld-linux.so.2"], cacheFlags: [3, 1], platform: "sun4u",
      multiarch: "sparc-linux-gnu", libraryDirectory: "lib", muslArch: null,
    },
  ],
  sameFlags: null,
  osabi: null,
  relocationForm: "rela",
  relocations: { copy: 19, got: 20, call: [21, 74, 75, 76, 77, 78, 79] },
  pltSymbol: null,
  copiesProtected: false,
};

export const recognition: RecognitionCard = {
  startCode: null,
  interpreters: [
    { name: /^ld-linux\.so\.2$/, libc: "glibc", class: null },
  ],
  pages: null,
  asksForExecutableStack: false,
  noLibc: null,
};

export const ports: PortsCard = {
  formats: [null, "sparc"],
  ports: null,
};
