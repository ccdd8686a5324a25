import { readFileSync } from "node:fs";
import { readElf } from "../image/read-elf.js";
import type { Header } from "../image/elf.js";
import { EM } from "../spec/constants.js";
import { openSource } from "./source.js";

/** What glibc's loader finds out about the processor that it runs on. */
export interface HostProcessor {
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** Subdirectories of `glibc-hwcaps`, best first. */
  readonly hwcaps: readonly string[];
  /** AT_PLATFORM, or what glibc has instead. */
  readonly platform: string | undefined;
  readonly legacyHwcaps: readonly string[] | undefined;
}

/**
 * The features of each level above the first, as /proc/cpuinfo names them (x86-64 psABI, "Micro-Architecture Levels").
 */
const X86_64: readonly (readonly [string, string])[] = [
  ["x86-64-v2", "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"],
  ["x86-64-v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"],
  ["x86-64-v4", "avx512f avx512bw avx512cd avx512dq avx512vl"],
];
/** What lets an Intel processor be called "haswell", and "xeon_phi" (glibc's sysdeps/x86/cpu-features.c). */
const HASWELL = "avx2 bmi1 bmi2 abm movbe popcnt fma";
const XEON_PHI = "avx512er avx512pf";
const AVX512_1 = "avx512bw avx512dq avx512vl";

/** Auxiliary vector (getauxval(3)). */
const AT_HWCAP = 16;
const AT_HWCAP2 = 26;
const PPC_FEATURE2_ARCH_3_00 = 0x00800000n;
const PPC_FEATURE2_ARCH_3_1 = 0x00040000n;
const S390_VXRS = 1n << 11n;
const S390_VXRS_EXT = 1n << 13n;
const S390_VXRS_EXT2 = 1n << 15n;
const S390_NNPA = 1n << 20n;

let known: HostProcessor | null | undefined;

/** The processor of this process; null where it cannot be told. */
export function hostProcessor(): HostProcessor | null {
  if (known !== undefined) return known;
  try {
    // Our own program's file: the machine's name that Node was built for says less.
    const { machine, class: c, littleEndian } = ownHeader();
    known = { machine, class: c, littleEndian, ...processorOf(machine, littleEndian) };
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

function processorOf(
  machine: number,
  littleEndian: boolean,
): Pick<HostProcessor, "hwcaps" | "platform" | "legacyHwcaps"> {
  if (machine === EM.X86_64) return x86(readFileSync("/proc/cpuinfo", "latin1"));

  const more = { platform: undefined, legacyHwcaps: undefined };
  const [hwcap, hwcap2] = auxiliary(littleEndian);
  if (machine === EM.PPC64) {
    return {
      ...more,
      hwcaps:
        hwcap2 & PPC_FEATURE2_ARCH_3_1 ? ["power10", "power9"] : hwcap2 & PPC_FEATURE2_ARCH_3_00 ? ["power9"] : [],
    };
  }
  if (machine === EM.S390) {
    return {
      ...more,
      hwcaps: (
        [
          ["z16", S390_NNPA],
          ["z15", S390_VXRS_EXT2],
          ["z14", S390_VXRS_EXT],
          ["z13", S390_VXRS],
        ] as const
      ).flatMap(([name, bit]) => (hwcap & bit ? [name] : [])),
    };
  }

  return { ...more, hwcaps: [] };
}

export function x86(cpuinfo: string): Pick<HostProcessor, "hwcaps" | "platform" | "legacyHwcaps"> {
  const flags = new Set(/^flags\s*:\s*(.*)$/m.exec(cpuinfo)?.[1]?.split(" "));
  const has = (names: string) => names.split(" ").every((n) => flags.has(n));
  const hwcaps: string[] = [];

  for (const [level, names] of X86_64) {
    if (!has(names)) break;
    hwcaps.unshift(level);
  }

  const isIntel = /^vendor_id\s*:\s*GenuineIntel$/m.test(cpuinfo);
  const isPhi = has(XEON_PHI);
  const avx512 = isIntel && !isPhi && has(AVX512_1) && has("avx512cd");
  const platform = isIntel && isPhi ? "xeon_phi" : isIntel && has(HASWELL) ? "haswell" : "x86_64";

  return {
    hwcaps,
    platform,
    legacyHwcaps: [platform, ...(avx512 ? ["avx512_1"] : []), "x86_64"].filter((n, i, all) => all.indexOf(n) === i),
  };
}

/** AT_HWCAP and AT_HWCAP2 of this process. */
function auxiliary(littleEndian: boolean): [bigint, bigint] {
  const b = readFileSync("/proc/self/auxv");
  const v = new DataView(b.buffer, b.byteOffset, b.length);
  const out: [bigint, bigint] = [0n, 0n];

  for (let at = 0; at + 16 <= b.length; at += 16) {
    const type = Number(v.getBigUint64(at, littleEndian));
    const value = v.getBigUint64(at + 8, littleEndian);
    if (type === AT_HWCAP) out[0] = value;
    if (type === AT_HWCAP2) out[1] = value;
  }

  return out;
}
