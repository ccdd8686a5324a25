import { cardOf } from "./machines/card-of.js";
import type { PropertyType } from "./machines/kinds.js";
import { TYPES as MACHINE_TYPES } from "./machines/lists/types.js";

type Names = Readonly<Record<number, string>>;

/** Names of consecutive numbers, from `base` on. */
const numbered = (base: number, names: string, prefix = ""): Names =>
  Object.fromEntries(names.split(" ").map((name, i) => [base + i, prefix + name]));

/** Notes of a core file on a process and its threads, on any system (elf.h). */
const CORE: Names = {
  1: "NT_PRSTATUS", 2: "NT_PRFPREG", 3: "NT_PRPSINFO", 4: "NT_TASKSTRUCT", 5: "NT_PLATFORM", 6: "NT_AUXV",
  0x46494c45: "NT_FILE", 0x53494749: "NT_SIGINFO",
};

/** The same notes, and Linux's own sets of registers (elf.h). */
const LINUX: Names = /* @__PURE__ */ Object.assign(
  {},
  /* @__PURE__ */ numbered(
    0x100,
    "NT_PPC_VMX NT_PPC_SPE NT_PPC_VSX NT_PPC_TAR NT_PPC_PPR NT_PPC_DSCR NT_PPC_EBB NT_PPC_PMU NT_PPC_TM_CGPR " +
      "NT_PPC_TM_CFPR NT_PPC_TM_CVMX NT_PPC_TM_CVSX NT_PPC_TM_SPR NT_PPC_TM_CTAR NT_PPC_TM_CPPR NT_PPC_TM_CDSCR " +
      "NT_PPC_PKEY",
  ),
  /* @__PURE__ */ numbered(0x200, "NT_386_TLS NT_386_IOPERM NT_X86_XSTATE NT_X86_CET NT_X86_SHSTK NT_X86_XSAVE_LAYOUT"),
  /* @__PURE__ */ numbered(
    0x300,
    "NT_S390_HIGH_GPRS NT_S390_TIMER NT_S390_TODCMP NT_S390_TODPREG NT_S390_CTRS NT_S390_PREFIX " +
      "NT_S390_LAST_BREAK NT_S390_SYSTEM_CALL NT_S390_TDB NT_S390_VXRS_LOW NT_S390_VXRS_HIGH NT_S390_GS_CB " +
      "NT_S390_GS_BC NT_S390_RI_CB NT_S390_PV_CPU_DATA",
  ),
  /* @__PURE__ */ numbered(
    0x400,
    "NT_ARM_VFP NT_ARM_TLS NT_ARM_HW_BREAK NT_ARM_HW_WATCH NT_ARM_SYSTEM_CALL NT_ARM_SVE NT_ARM_PAC_MASK " +
      "NT_ARM_PACA_KEYS NT_ARM_PACG_KEYS NT_ARM_TAGGED_ADDR_CTRL NT_ARM_PAC_ENABLED_KEYS NT_ARM_SSVE NT_ARM_ZA " +
      "NT_ARM_ZT NT_ARM_FPMR NT_ARM_POE NT_ARM_GCS",
  ),
  { 0x600: "NT_ARC_V2" },
  /* @__PURE__ */ numbered(0x800, "NT_MIPS_DSP NT_MIPS_FP_MODE NT_MIPS_MSA"),
  /* @__PURE__ */ numbered(0x900, "NT_RISCV_CSR NT_RISCV_VECTOR NT_RISCV_TAGGED_ADDR_CTRL"),
  /* @__PURE__ */ numbered(
    0xa00,
    "NT_LOONGARCH_CPUCFG NT_LOONGARCH_CSR NT_LOONGARCH_LSX NT_LOONGARCH_LASX NT_LOONGARCH_LBT " +
      "NT_LOONGARCH_HW_BREAK NT_LOONGARCH_HW_WATCH",
  ),
  { 0x46e62b7f: "NT_PRXFPREG" },
  CORE,
);

const XEN: Names = /* @__PURE__ */ numbered(
  0,
  "INFO ENTRY HYPERCALL_PAGE VIRT_BASE PADDR_OFFSET XEN_VERSION GUEST_OS GUEST_VERSION LOADER PAE_MODE " +
    "FEATURES BSD_SYMTAB HV_START_LOW L1_MFN_VALID SUSPEND_CANCEL INIT_P2M MOD_START_PFN SUPPORTED_FEATURES " +
    "PHYS32_ENTRY PHYS32_RELOC",
  "XEN_ELFNOTE_",
);

/** Names of n_type by the owner of the note: each owner has its own numbers. */
const TYPES: Readonly<Record<string, Names>> = {
  GNU: {
    1: "NT_GNU_ABI_TAG", 2: "NT_GNU_HWCAP", 3: "NT_GNU_BUILD_ID", 4: "NT_GNU_GOLD_VERSION", 5: "NT_GNU_PROPERTY_TYPE_0",
    0x100: "NT_GNU_BUILD_ATTRIBUTE_OPEN", 0x101: "NT_GNU_BUILD_ATTRIBUTE_FUNC",
  },
  Go: { 1: "NT_GO_PKG_LIST", 2: "NT_GO_ABI_HASH", 3: "NT_GO_DEPS", 4: "NT_GO_BUILD_ID" },
  FDO: { 0xcafe1a7e: "NT_FDO_PACKAGING_METADATA", 0x407c0c0a: "NT_FDO_DLOPEN_METADATA" },
  Android: {
    1: "NT_ANDROID_TYPE_IDENT", 3: "NT_ANDROID_TYPE_KUSER", 4: "NT_ANDROID_TYPE_MEMTAG",
    5: "NT_ANDROID_TYPE_PAD_SEGMENT",
  },
  FreeBSD: {
    1: "NT_FREEBSD_ABI_TAG", 2: "NT_FREEBSD_NOINIT_TAG", 3: "NT_FREEBSD_ARCH_TAG", 4: "NT_FREEBSD_FEATURE_CTL",
  },
  NetBSD: { 1: "NT_NETBSD_IDENT", 2: "NT_NETBSD_EMULATION", 5: "NT_NETBSD_MARCH", 6: "NT_NETBSD_CMODEL" },
  PaX: { 3: "NT_NETBSD_PAX" },
  OpenBSD: { 1: "NT_OPENBSD_IDENT" },
  DragonFly: { 1: "NT_DRAGONFLY_ABI_TAG" },
  stapsdt: { 3: "NT_STAPSDT" },
  Xen: XEN,
  Linux: { 0: "LINUX_ELFNOTE_VERSION", 0x100: "LINUX_ELFNOTE_BUILD_SALT", 0x101: "LINUX_ELFNOTE_LTO_INFO" },
  CORE,
  LINUX,
};

/** `NT_GNU_BUILD_ID`. Null for an unknown owner or type. A GNU type without a name is `NT_GNU_0x…`. */
export function noteTypeName(owner: string, type: number): string | null {
  // annobin's owners hold the contents of its notes, behind "GA" (GNU attribute).
  if (/^GA[$*+!]/.test(owner)) return TYPES["GNU"]![type] ?? null;

  const name = Object.hasOwn(TYPES, owner) ? TYPES[owner]![type] : undefined;
  if (name !== undefined) return name;
  return owner === "GNU" ? `NT_GNU_0x${type.toString(16)}` : null;
}

/** The system that a program was made for, by the first word of its GNU ABI tag. */
export const ABI_TAG_OS: readonly string[] = ["Linux", "Hurd", "Solaris", "FreeBSD", "NetBSD", "Syllable", "NaCl"];

/** pr_type of every machine (Linux gABI extensions). Those of one processor are on its card. */
const PROPERTIES: Readonly<Record<number, PropertyType>> = {
  1: { name: "STACK_SIZE" },
  2: { name: "NO_COPY_ON_PROTECTED" },
  3: { name: "MEMORY_SEAL" },
  0xb0008000: { name: "1_NEEDED", bits: ["INDIRECT_EXTERN_ACCESS"] },
};

export const propertyType = (type: number, machine: number): PropertyType | undefined =>
  PROPERTIES[type] ?? cardOf(MACHINE_TYPES, machine)?.properties?.[type];

/** Bits of NT_FREEBSD_FEATURE_CTL (FreeBSD's sys/elf_common.h). */
export const FREEBSD_FEATURES: readonly string[] = [
  "ASLR_DISABLE", "PROTMAX_DISABLE", "STKGAP_DISABLE", "WXNEEDED", "LA48", "ASG_DISABLE", "LA57",
];
