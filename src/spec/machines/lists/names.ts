import * as aarch64 from "../aarch64.js";
import * as alpha from "../alpha.js";
import * as alphaOld from "../alpha-old.js";
import * as arcCompact from "../arc-compact.js";
import * as arcCompact2 from "../arc-compact2.js";
import * as arm from "../arm.js";
import * as bpf from "../bpf.js";
import * as csky from "../csky.js";
import * as i386 from "../i386.js";
import * as ia64 from "../ia64.js";
import * as iamcu from "../iamcu.js";
import * as loongarch from "../loongarch.js";
import * as m68k from "../m68k.js";
import * as microblaze from "../microblaze.js";
import * as mips from "../mips.js";
import * as mipsRs3Le from "../mips-rs3-le.js";
import * as nios2 from "../nios2.js";
import * as openrisc from "../openrisc.js";
import * as parisc from "../parisc.js";
import * as ppc from "../ppc.js";
import * as ppc64 from "../ppc64.js";
import * as riscv from "../riscv.js";
import * as s390 from "../s390.js";
import * as s390Old from "../s390-old.js";
import * as sh from "../sh.js";
import * as sparc from "../sparc.js";
import * as sparc32plus from "../sparc32plus.js";
import * as sparcv9 from "../sparcv9.js";
import * as tilegx from "../tilegx.js";
import * as tilepro from "../tilepro.js";
import * as x86_64 from "../x86-64.js";
import type { CardList, NamesCard } from "../kinds.js";

/** Names of a machine's relocation types. They are much text, for descriptions of files. */
export const NAMES_BY_MACHINE: CardList<NamesCard> = {
  "386": i386.names,
  X86_64: x86_64.names,
  IAMCU: iamcu.names,
  AARCH64: aarch64.names,
  ARM: arm.names,
  RISCV: riscv.names,
  LOONGARCH: loongarch.names,
  PPC: ppc.names,
  PPC64: ppc64.names,
  S390: s390.names,
  S390_OLD: s390Old.names,
  MIPS: mips.names,
  MIPS_RS3_LE: mipsRs3Le.names,
  SPARC: sparc.names,
  SPARC32PLUS: sparc32plus.names,
  SPARCV9: sparcv9.names,
  "68K": m68k.names,
  ALPHA: alpha.names,
  ALPHA_OLD: alphaOld.names,
  SH: sh.names,
  PARISC: parisc.names,
  IA_64: ia64.names,
  MICROBLAZE: microblaze.names,
  OPENRISC: openrisc.names,
  NIOS2: nios2.names,
  ARC_COMPACT: arcCompact.names,
  ARC_COMPACT2: arcCompact2.names,
  CSKY: csky.names,
  TILEGX: tilegx.names,
  TILEPRO: tilepro.names,
  BPF: bpf.names,
};
