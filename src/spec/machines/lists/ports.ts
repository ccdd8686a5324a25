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
import type { CardList, PortsCard } from "../kinds.js";

/** The names that other tools have for a machine. */
export const PORTS: CardList<PortsCard> = {
  "386": i386.ports,
  X86_64: x86_64.ports,
  IAMCU: iamcu.ports,
  AARCH64: aarch64.ports,
  ARM: arm.ports,
  RISCV: riscv.ports,
  LOONGARCH: loongarch.ports,
  PPC: ppc.ports,
  PPC64: ppc64.ports,
  S390: s390.ports,
  S390_OLD: s390Old.ports,
  MIPS: mips.ports,
  MIPS_RS3_LE: mipsRs3Le.ports,
  SPARC: sparc.ports,
  SPARC32PLUS: sparc32plus.ports,
  SPARCV9: sparcv9.ports,
  "68K": m68k.ports,
  ALPHA: alpha.ports,
  ALPHA_OLD: alphaOld.ports,
  SH: sh.ports,
  PARISC: parisc.ports,
  IA_64: ia64.ports,
  MICROBLAZE: microblaze.ports,
  OPENRISC: openrisc.ports,
  NIOS2: nios2.ports,
  ARC_COMPACT: arcCompact.ports,
  ARC_COMPACT2: arcCompact2.ports,
  CSKY: csky.ports,
  TILEGX: tilegx.ports,
  TILEPRO: tilepro.ports,
  BPF: bpf.ports,
};
