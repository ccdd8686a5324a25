import { hex } from "../error.js";
import { EM } from "./constants.js";

/** e_flags of a machine: fields of several bits, whose values have names, and single bits. */
interface FlagSet {
  readonly fields?: readonly { readonly mask: number; readonly values: Readonly<Record<number, string>> }[];
  readonly bits?: Readonly<Record<string, number>>;
}

const EABI = 0xff000000;
const ARM_VERSIONS = { mask: EABI, values: { 0x1000000: "ARM_EABI_VER1", 0x2000000: "ARM_EABI_VER2", 0x3000000: "ARM_EABI_VER3", 0x4000000: "ARM_EABI_VER4", 0x5000000: "ARM_EABI_VER5" } };
/** Before the EABI the lower bits meant other things. */
const ARM_OLD: FlagSet = {
  bits: { ARM_RELEXEC: 1, ARM_INTERWORK: 4, ARM_APCS_26: 8, ARM_APCS_FLOAT: 0x10, ARM_PIC: 0x20, ARM_ALIGN8: 0x40, ARM_NEW_ABI: 0x80, ARM_OLD_ABI: 0x100, ARM_SOFT_FLOAT: 0x200, ARM_VFP_FLOAT: 0x400, ARM_MAVERICK_FLOAT: 0x800 },
};
const ARM: FlagSet = { fields: [ARM_VERSIONS], bits: { ARM_ABI_FLOAT_SOFT: 0x200, ARM_ABI_FLOAT_HARD: 0x400, ARM_LE8: 0x400000, ARM_BE8: 0x800000 } };

const MIPS: FlagSet = {
  bits: { MIPS_NOREORDER: 1, MIPS_PIC: 2, MIPS_CPIC: 4, MIPS_XGOT: 8, MIPS_UCODE: 0x10, MIPS_ABI2: 0x20, MIPS_32BITMODE: 0x100, MIPS_FP64: 0x200, MIPS_NAN2008: 0x400, MIPS_MICROMIPS: 0x2000000, MIPS_ARCH_ASE_M16: 0x4000000, MIPS_ARCH_ASE_MDMX: 0x8000000 },
  fields: [
    { mask: 0xf000, values: { 0x1000: "MIPS_ABI_O32", 0x2000: "MIPS_ABI_O64", 0x3000: "MIPS_ABI_EABI32", 0x4000: "MIPS_ABI_EABI64" } },
    {
      mask: 0xff0000, values: {
        0x810000: "MIPS_MACH_3900", 0x820000: "MIPS_MACH_4010", 0x830000: "MIPS_MACH_4100", 0x840000: "MIPS_MACH_ALLEGREX", 0x850000: "MIPS_MACH_4650", 0x870000: "MIPS_MACH_4120", 0x880000: "MIPS_MACH_4111",
        0x8a0000: "MIPS_MACH_SB1", 0x8b0000: "MIPS_MACH_OCTEON", 0x8c0000: "MIPS_MACH_XLR", 0x8d0000: "MIPS_MACH_OCTEON2", 0x8e0000: "MIPS_MACH_OCTEON3", 0x910000: "MIPS_MACH_5400", 0x920000: "MIPS_MACH_5900",
        0x930000: "MIPS_MACH_IAMR2", 0x980000: "MIPS_MACH_5500", 0x990000: "MIPS_MACH_9000", 0xa00000: "MIPS_MACH_LS2E", 0xa10000: "MIPS_MACH_LS2F", 0xa20000: "MIPS_MACH_GS464", 0xa30000: "MIPS_MACH_GS464E", 0xa40000: "MIPS_MACH_GS264E",
      },
    },
    {
      mask: 0xf0000000, values: {
        0: "MIPS_ARCH_1", 0x10000000: "MIPS_ARCH_2", 0x20000000: "MIPS_ARCH_3", 0x30000000: "MIPS_ARCH_4", 0x40000000: "MIPS_ARCH_5", 0x50000000: "MIPS_ARCH_32", 0x60000000: "MIPS_ARCH_64", 0x70000000: "MIPS_ARCH_32R2",
        0x80000000: "MIPS_ARCH_64R2", 0x90000000: "MIPS_ARCH_32R6", 0xa0000000: "MIPS_ARCH_64R6",
      },
    },
  ],
};

const SPARC_BITS = { SPARC_32PLUS: 0x100, SPARC_SUN_US1: 0x200, SPARC_HAL_R1: 0x400, SPARC_SUN_US3: 0x800, SPARC_LEDATA: 0x800000 };

/** By e_machine (each psABI; elf.h). */
const FLAGS: Readonly<Record<number, FlagSet>> = {
  [EM.ARM]: ARM,
  [EM.MIPS]: MIPS, [EM.MIPS_RS3_LE]: MIPS,
  [EM.RISCV]: { bits: { RISCV_RVC: 1, RISCV_RVE: 8, RISCV_TSO: 0x10 }, fields: [{ mask: 6, values: { 0: "RISCV_FLOAT_ABI_SOFT", 2: "RISCV_FLOAT_ABI_SINGLE", 4: "RISCV_FLOAT_ABI_DOUBLE", 6: "RISCV_FLOAT_ABI_QUAD" } }] },
  [EM.PPC]: { bits: { PPC_RELOCATABLE_LIB: 0x8000, PPC_RELOCATABLE: 0x10000, PPC_EMB: 0x80000000 } },
  [EM.PPC64]: { fields: [{ mask: 3, values: { 1: "PPC64_ABI_V1", 2: "PPC64_ABI_V2" } }] },
  [EM.S390]: { bits: { S390_HIGH_GPRS: 1 } },
  [EM.LOONGARCH]: {
    fields: [{ mask: 7, values: { 1: "LOONGARCH_ABI_SOFT_FLOAT", 2: "LOONGARCH_ABI_SINGLE_FLOAT", 3: "LOONGARCH_ABI_DOUBLE_FLOAT" } }, { mask: 0xc0, values: { 0: "LOONGARCH_OBJABI_V0", 0x40: "LOONGARCH_OBJABI_V1" } }],
  },
  [EM.SPARC32PLUS]: { bits: SPARC_BITS },
  [EM.SPARCV9]: { bits: SPARC_BITS, fields: [{ mask: 3, values: { 0: "SPARCV9_TSO", 1: "SPARCV9_PSO", 2: "SPARCV9_RMO" } }] },
  [EM.PARISC]: {
    bits: { PARISC_TRAPNIL: 0x10000, PARISC_EXT: 0x20000, PARISC_LSB: 0x40000, PARISC_WIDE: 0x80000, PARISC_NO_KABP: 0x100000, PARISC_LAZYSWAP: 0x400000 },
    fields: [{ mask: 0xffff, values: { 0x20b: "PARISC_ARCH_1_0", 0x210: "PARISC_ARCH_1_1", 0x214: "PARISC_ARCH_2_0" } }],
  },
  [EM.ALPHA]: { bits: { ALPHA_32BIT: 1, ALPHA_CANRELAX: 2 } },
  [EM["68K"]]: { bits: { "68K_CFV4E": 0x8000, "68K_CPU32": 0x810000, "68K_M68000": 0x1000000, "68K_FIDO": 0x2000000 } },
  [EM.IA_64]: { bits: { IA_64_TRAPNIL: 1, IA_64_ABI64: 0x10, IA_64_REDUCEDFP: 0x20, IA_64_CONS_GP: 0x40, IA_64_NOFUNCDESC_CONS_GP: 0x80, IA_64_ABSOLUTE: 0x100 } },
  [EM.SH]: {
    bits: { SH_PIC: 0x100, SH_FDPIC: 0x8000 },
    fields: [{ mask: 0x1f, values: { 1: "SH1", 2: "SH2", 3: "SH3", 4: "SH_DSP", 5: "SH3_DSP", 6: "SH4AL_DSP", 8: "SH3E", 9: "SH4", 11: "SH2E", 12: "SH4A", 13: "SH2A", 16: "SH4_NOFPU", 17: "SH4A_NOFPU", 18: "SH4_NOMMU_NOFPU", 19: "SH2A_NOFPU", 20: "SH3_NOMMU" } }],
  },
};

/** e_flags in words: `EF_ARM_EABI_VER5`, `EF_ARM_ABI_FLOAT_HARD`; what has no name is `0x…`. */
export function headerFlagNames(flags: number, machine: number): string[] {
  const { fields = [], bits = {} } = (machine === EM.ARM && (flags & EABI) === 0 ? ARM_OLD : FLAGS[machine]) ?? {}, out: string[] = [];
  let rest = flags >>> 0;
  for (const [name, bits_] of Object.entries(bits))
    if (((rest & bits_) >>> 0) === bits_) {
      out.push(`EF_${name}`);
      rest = (rest & ~bits_) >>> 0;
    }
  for (const { mask, values } of fields) {
    const name = values[(flags & mask) >>> 0];
    if (name === undefined) continue;
    out.push(`EF_${name}`);
    rest = (rest & ~mask) >>> 0;
  }
  if (rest) out.push(hex(rest));
  return out;
}
