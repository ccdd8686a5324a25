import { readFileSync } from "node:fs";
import { readElf } from "../image/read-elf.js";
import type { Header } from "../image/elf.js";
import { EM } from "../spec/constants.js";
import { openSource } from "./source.js";

/** What glibc's loader finds out about its processor. */
export interface HostProcessor {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** The subdirectories of `glibc-hwcaps` that it can use, best first. */
  readonly hwcaps: readonly string[];
  /** AT_PLATFORM, or what glibc has instead. */
  readonly platform: string | undefined;
  readonly legacyHwcaps: readonly string[] | undefined;
}

type Features = Pick<HostProcessor, "hwcaps" | "platform" | "legacyHwcaps">;

/** The features of each level above the first, as in /proc/cpuinfo (x86-64 psABI, "Micro-Architecture Levels"). */
const X86_64: readonly (readonly [string, string])[] = [
  ["x86-64-v2", "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"],
  ["x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"],
  ["x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl"],
];
/**
 * The features of an Intel processor that glibc calls "haswell", and "xeon_phi" (glibc's sysdeps/x86/cpu-features.c).
 */
const HASWELL = "avx2 bmi1 bmi2 abm movbe popcnt fma";
const XEON_PHI = "avx512er avx512pf";
const AVX512_1 = "avx512bw avx512dq avx512vl";

/** Types of entries of the auxiliary vector (getauxval(3)). */
const AT_HWCAP = 16;
const AT_HWCAP2 = 26;
const PPC_FEATURE2_ARCH_3_00 = 0x00800000n;
const PPC_FEATURE2_ARCH_3_1 = 0x00040000n;
/** The bit of AT_HWCAP that each level has, best first. */
const S390_LEVELS: readonly (readonly [string, bigint])[] = [
  // HWCAP_S390_NNPA
  ["z16", 1n << 20n],
  // HWCAP_S390_VXRS_EXT2
  ["z15", 1n << 15n],
  // HWCAP_S390_VXRS_EXT
  ["z14", 1n << 13n],
  // HWCAP_S390_VXRS
  ["z13", 1n << 11n],
];

let known: HostProcessor | null | undefined;

/** The processor of this process; null if it is unknown. */
export function hostProcessor(): HostProcessor | null {
  if (known !== undefined) return known;

  try {
    // The file of this program tells more than the name of the machine that Node was built for.
    const { machine, class: bits, littleEndian } = ownHeader();
    known = { machine, class: bits, littleEndian, ...featuresOf(machine, littleEndian) };
  } catch {
    known = null;
  }
  return known;
}

function ownHeader(): Header {
  const source = openSource(process.execPath);
  try {
    return readElf(source).header;
  } finally {
    source.close();
  }
}

function featuresOf(machine: number, littleEndian: boolean): Features {
  if (machine === EM.X86_64) return x86Features(readFileSync("/proc/cpuinfo", "latin1"));

  const { hwcap, hwcap2 } = auxiliary(littleEndian);
  let hwcaps: string[] = [];
  if (machine === EM.PPC64) hwcaps = powerLevels(hwcap2);
  if (machine === EM.S390) hwcaps = S390_LEVELS.filter(([, bit]) => hwcap & bit).map(([level]) => level);

  return { hwcaps, platform: undefined, legacyHwcaps: undefined };
}

function powerLevels(hwcap2: bigint): string[] {
  if (hwcap2 & PPC_FEATURE2_ARCH_3_1) return ["power10", "power9"];
  return hwcap2 & PPC_FEATURE2_ARCH_3_00 ? ["power9"] : [];
}

/** What /proc/cpuinfo tells about an x86-64 processor. */
export function x86Features(cpuinfo: string): Features {
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(" "));
  const has = (names: string) => names.split(" ").every((name) => flags.has(name));

  const hwcaps: string[] = [];
  for (const [level, names] of X86_64) {
    if (!has(names)) break;
    hwcaps.unshift(level);
  }

  const isIntel = /^vendor_id\s*:\s*GenuineIntel$/m.test(cpuinfo);
  const isPhi = has(XEON_PHI);
  let platform = "x86_64";
  if (isIntel && has(HASWELL)) platform = "haswell";
  if (isIntel && isPhi) platform = "xeon_phi";

  const hasAvx512 = isIntel && !isPhi && has(AVX512_1) && has("avx512cd");
  const legacyHwcaps = new Set([platform, ...(hasAvx512 ? ["avx512_1"] : []), "x86_64"]);

  return { hwcaps, platform, legacyHwcaps: [...legacyHwcaps] };
}

/** AT_HWCAP and AT_HWCAP2 of this process, which has 64 bits. */
function auxiliary(littleEndian: boolean): { hwcap: bigint; hwcap2: bigint } {
  const bytes = readFileSync("/proc/self/auxv");
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

  let hwcap = 0n;
  let hwcap2 = 0n;
  for (let at = 0; at + 16 <= bytes.length; at += 16) {
    const type = Number(v.getBigUint64(at, littleEndian));
    const value = v.getBigUint64(at + 8, littleEndian);
    if (type === AT_HWCAP) hwcap = value;
    if (type === AT_HWCAP2) hwcap2 = value;
  }

  return { hwcap, hwcap2 };
}
