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
import type { CardList, TypesCard } from "../kinds.js";

/** A machine's own p_type, sh_type, GNU properties and e_flags. */
export const TYPES: CardList<TypesCard> = {
  "386": i386.types,
  X86_64: x86_64.types,
  IAMCU: iamcu.types,
  AARCH64: aarch64.types,
  ARM: arm.types,
  RISCV: riscv.types,
  LOONGARCH: loongarch.types,
  PPC: ppc.types,
  PPC64: ppc64.types,
  S390: s390.types,
  S390_OLD: s390Old.types,
  MIPS: mips.types,
  MIPS_RS3_LE: mipsRs3Le.types,
  SPARC: sparc.types,
  SPARC32PLUS: sparc32plus.types,
  SPARCV9: sparcv9.types,
  "68K": m68k.types,
  ALPHA: alpha.types,
  ALPHA_OLD: alphaOld.types,
  SH: sh.types,
  PARISC: parisc.types,
  IA_64: ia64.types,
  MICROBLAZE: microblaze.types,
  OPENRISC: openrisc.types,
  NIOS2: nios2.types,
  ARC_COMPACT: arcCompact.types,
  ARC_COMPACT2: arcCompact2.types,
  CSKY: csky.types,
  TILEGX: tilegx.types,
  TILEPRO: tilepro.types,
  BPF: bpf.types,
};
