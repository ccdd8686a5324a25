import type { Confidence, Libc } from "../diagnosis.js";
import { EM } from "../../spec/constants.js";

/** What stands at e_entry of programs that a C library's (or Go's) start file begins. */
export interface EntryPattern {
  readonly of: Libc | "go";
  readonly machine: number;
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** Hex digits, `.` for any. Blanks are for reading. */
  readonly code: string;
  /** "likely" where it was derived from the start file's source and not seen in a program. */
  readonly confidence: Confidence;
}

type Row = readonly [of: EntryPattern["of"], code: string, confidence?: Confidence];

const patterns = (machine: number, elfClass: 32 | 64, littleEndian: boolean, rows: readonly Row[]): EntryPattern[] =>
  rows.map(([of, code, confidence = "certain"]) => ({ of, machine, class: elfClass, littleEndian, code: code.replaceAll(" ", ""), confidence }));

/** MIPS and PowerPC instructions are words in the file's byte order: the same code for the other one, not seen in a program. */
const swapped = (list: readonly EntryPattern[]): EntryPattern[] =>
  list.map((p) => ({ ...p, littleEndian: !p.littleEndian, confidence: "likely", code: p.code.replace(/(..)(..)(..)(..)/g, "$4$3$2$1") }));

const X86_64 = patterns(EM.X86_64, 64, true, [
  ["musl", "4831ed 4889e7 488d35........ 4883e4f0 e8"],
  // Before musl 1.1.2 nothing looked for _DYNAMIC.
  ["musl", "4831ed 4889e7 4883e4f0 e8", "likely"],
  ["glibc", "31ed 4989d1 5e 4889e2 4883e4f0 50 54"],
  ["glibc", "f30f1efa 31ed 4989d1 5e 4889e2 4883e4f0 50 54"],
  ["dietlibc", "5f 4889e6 57 488d54fe08 488915"],
  ["klibc", "4889e7 4889d6 e8"],
  ["go", "e9........ cccccc"],
]);

const I386 = patterns(EM["386"], 32, true, [
  ["musl", "31ed 89e0 83e4f0 50 50 e8........ 810424........ 50 e8"],
  ["glibc", "31ed 5e 89e1 83e4f0 50 54 52"],
  ["dietlibc", "59 89e0 51 8d748804 56 50 51 8935"],
  ["go", "e9........ cccccc"],
]);

const AARCH64 = patterns(EM.AARCH64, 64, true, [
  ["musl", "1d0080d2 1e0080d2 e0030091 ........ ......91 1fec7c92"],
  ["musl", "1d0080d2 1e0080d2 e0030091 1fec7c92", "likely"],
  ["glibc", "1d0080d2 1e0080d2 e50300aa e10340f9 e2230091 e6030091"],
  ["glibc", "..2.03d5 1d0080d2 1e0080d2 e50300aa e10340f9 e2230091 e6030091"],
  ["bionic", "..2.03d5 1d0080d2 1e0080d2 e0030091 ......14"],
  ["bionic", "1d0080d2 1e0080d2 e0030091 ......14", "likely"],
  ["dietlibc", "1d0080d2 1e0080d2 e00340f9 e1230091 ......58"],
  ["go", "e00340f9 e1230091 ......94 00000000"],
  ["go", "......17 00000000 00000000 00000000 00000000"],
]);

const ARM = patterns(EM.ARM, 32, true, [
  ["musl", "00b0a0e3 00e0a0e3 10109fe5 01108fe0 0d00a0e1 0fc0c0e3"],
  ["musl", "4ff0000b 4ff0000e 0349 7944 6846 20f00f0c"],
  ["glibc", "00b0a0e3 00e0a0e3 04109de4 0d20a0e1 04202de5 04002de5"],
  ["glibc", "4ff0000b 4ff0000e 02bc 6a46 04b4 01b4"],
  ["dietlibc", "00b0a0e3 00009de5 04108de2 ......e5 002181e0"],
  ["go", "00009de5 04108de2 04409fe5 00f084e2"],
]);

const RISCV64 = patterns(EM.RISCV, 64, true, [
  // load_gp is called by jal where the linker relaxes, by auipc and jalr else.
  ["glibc", "........ aa87 .......... ...... 8265 3000 137101ff 8146 0147 0a88"],
  ["glibc", "........ ........ aa87 .......... ...... 8265 3000 137101ff 8146 0147 0a88", "likely"],
  ["musl", "97.1.... 9381.1.. 0a85 97.5.... 9385.5.. 137101ff"],
  ["go", "03350100 93058100 6f......"],
]);

const S390X = patterns(EM.S390, 64, false, [
  ["musl", "b904002f c030........ e33030000018 a7fbff60 a7090000 e300f0000024"],
  ["glibc", "4140f008 e330f0000004 a709fff0 b98000f0 a7fbff50"],
  ["dietlibc", "e320f0000004 4130f008 b9040042"],
  ["go", "e320f0000004 ec3f000800d9 c0f4........"],
]);

const LOONGARCH64 = patterns(EM.LOONGARCH, 64, true, [
  ["musl", "16001500 64001500 ........ ........ 03008300"],
  ["glibc", "89001500 ........ ........ ........ ........ ........ 6500c028 6620c002 03008300"],
]);

const MIPS64EL = patterns(EM.MIPS, 64, true, [
  ["musl", `07001104 25f00000 ${"........".repeat(6)} 0000fcdf 2fe0fc03 2520a003`],
  ["glibc", "2500e003 01001104 00000000 25c88003 ....1c3c ....9c27 2de09f03 25f80000"],
  ["dietlibc", "01001004 00000000 25f80000 0000a48f 0800a567"],
]);

const MIPSEL = patterns(EM.MIPS, 32, true, [
  ["musl", `04001104 25f00000 ${"........".repeat(3)} 0000fc8f 23e0fc03 2520a003`],
  ["glibc", "2500e003 01001104 00000000 ....1c3c ....9c27 21e09f03 25f80000"],
  ["dietlibc", "01001004 00000000 ....1c3c ....9c27 25f80000 0000a48f 0400a527"],
]);

const PPC64LE = patterns(EM.PPC64, 64, true, [
  ["musl", "....4c3c ....4238 28008c80 1462847c 780b237c e4062178 00000038"],
  ["glibc", "....4c3c ....4238 780b297c e4062178 00000038 81ff21f8 a603087c 000001f8 ....02e9"],
  ["dietlibc", "....4c3c ....4238 780b297c e4062178 00000038 81ff21f8 a603087c 000001f8 0000c03d"],
]);

const PPC = patterns(EM.PPC, 32, false, [
  ["glibc", "7c290b78 54210036 429f0005 7da802a6"],
  ["musl", "48000009 ........ 7c8802a6 80640000 7c832214 7c230b78", "likely"],
]);

/**
 * From start files of Debian 12 (glibc 2.36, musl 1.2.3, dietlibc 0.34, klibc 2.0.12) for each machine, from programs of the npm registry
 * (LoongArch, RISC-V of musl, bionic) and of Go 1.19 and 1.26.
 */
export const ENTRY_PATTERNS: readonly EntryPattern[] = [
  ...X86_64, ...I386, ...AARCH64, ...ARM, ...RISCV64, ...S390X, ...LOONGARCH64, ...MIPS64EL, ...swapped(MIPS64EL), ...MIPSEL, ...swapped(MIPSEL), ...PPC64LE, ...PPC,
];
