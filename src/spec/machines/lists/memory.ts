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
import type { CardList, MemoryCard } from "../kinds.js";

/** What layout, checks and hardening ask of a machine. */
export const MEMORY: CardList<MemoryCard> = {
  "386": i386.memory,
  X86_64: x86_64.memory,
  IAMCU: iamcu.memory,
  AARCH64: aarch64.memory,
  ARM: arm.memory,
  RISCV: riscv.memory,
  LOONGARCH: loongarch.memory,
  PPC: ppc.memory,
  PPC64: ppc64.memory,
  S390: s390.memory,
  S390_OLD: s390Old.memory,
  MIPS: mips.memory,
  MIPS_RS3_LE: mipsRs3Le.memory,
  SPARC: sparc.memory,
  SPARC32PLUS: sparc32plus.memory,
  SPARCV9: sparcv9.memory,
  "68K": m68k.memory,
  ALPHA: alpha.memory,
  ALPHA_OLD: alphaOld.memory,
  SH: sh.memory,
  PARISC: parisc.memory,
  IA_64: ia64.memory,
  MICROBLAZE: microblaze.memory,
  OPENRISC: openrisc.memory,
  NIOS2: nios2.memory,
  ARC_COMPACT: arcCompact.memory,
  ARC_COMPACT2: arcCompact2.memory,
  CSKY: csky.memory,
  TILEGX: tilegx.memory,
  TILEPRO: tilepro.memory,
  BPF: bpf.memory,
};
