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
import type { CardList, RecognitionCard } from "../kinds.js";

/** What a diagnosis recognizes a machine's files by. */
export const RECOGNITION: CardList<RecognitionCard> = {
  "386": i386.recognition,
  X86_64: x86_64.recognition,
  IAMCU: iamcu.recognition,
  AARCH64: aarch64.recognition,
  ARM: arm.recognition,
  RISCV: riscv.recognition,
  LOONGARCH: loongarch.recognition,
  PPC: ppc.recognition,
  PPC64: ppc64.recognition,
  S390: s390.recognition,
  S390_OLD: s390Old.recognition,
  MIPS: mips.recognition,
  MIPS_RS3_LE: mipsRs3Le.recognition,
  SPARC: sparc.recognition,
  SPARC32PLUS: sparc32plus.recognition,
  SPARCV9: sparcv9.recognition,
  "68K": m68k.recognition,
  ALPHA: alpha.recognition,
  ALPHA_OLD: alphaOld.recognition,
  SH: sh.recognition,
  PARISC: parisc.recognition,
  IA_64: ia64.recognition,
  MICROBLAZE: microblaze.recognition,
  OPENRISC: openrisc.recognition,
  NIOS2: nios2.recognition,
  ARC_COMPACT: arcCompact.recognition,
  ARC_COMPACT2: arcCompact2.recognition,
  CSKY: csky.recognition,
  TILEGX: tilegx.recognition,
  TILEPRO: tilepro.recognition,
  BPF: bpf.recognition,
};
