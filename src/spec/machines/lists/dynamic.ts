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
import type { CardList, DynamicCard } from "../kinds.js";

/** What every reader of PT_DYNAMIC asks of a machine. */
export const DYNAMIC: CardList<DynamicCard> = {
  "386": i386.dynamic,
  X86_64: x86_64.dynamic,
  IAMCU: iamcu.dynamic,
  AARCH64: aarch64.dynamic,
  ARM: arm.dynamic,
  RISCV: riscv.dynamic,
  LOONGARCH: loongarch.dynamic,
  PPC: ppc.dynamic,
  PPC64: ppc64.dynamic,
  S390: s390.dynamic,
  S390_OLD: s390Old.dynamic,
  MIPS: mips.dynamic,
  MIPS_RS3_LE: mipsRs3Le.dynamic,
  SPARC: sparc.dynamic,
  SPARC32PLUS: sparc32plus.dynamic,
  SPARCV9: sparcv9.dynamic,
  "68K": m68k.dynamic,
  ALPHA: alpha.dynamic,
  ALPHA_OLD: alphaOld.dynamic,
  SH: sh.dynamic,
  PARISC: parisc.dynamic,
  IA_64: ia64.dynamic,
  MICROBLAZE: microblaze.dynamic,
  OPENRISC: openrisc.dynamic,
  NIOS2: nios2.dynamic,
  ARC_COMPACT: arcCompact.dynamic,
  ARC_COMPACT2: arcCompact2.dynamic,
  CSKY: csky.dynamic,
  TILEGX: tilegx.dynamic,
  TILEPRO: tilepro.dynamic,
  BPF: bpf.dynamic,
};
