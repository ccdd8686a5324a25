import type { Header } from "../../image/elf.js";
import { EM } from "../../spec/constants.js";

/** What BFD, and with it GNU strip, calls the formats of a machine behind `elf32-` or `elf64-`: for the least and for the most significant byte first. */
const NAMES: Readonly<Record<number, readonly [little: string | undefined, big?: string]>> = {
  [EM["386"]]: ["i386"], [EM.IAMCU]: ["iamcu"], [EM.X86_64]: ["x86-64"], [EM.AARCH64]: ["littleaarch64", "bigaarch64"], [EM.ARM]: ["littlearm", "bigarm"],
  [EM.RISCV]: ["littleriscv", "bigriscv"], [EM.LOONGARCH]: ["loongarch"], [EM.S390]: [undefined, "s390"], [EM.PPC]: ["powerpcle", "powerpc"], [EM.PPC64]: ["powerpcle", "powerpc"],
  [EM.MIPS]: ["tradlittlemips", "tradbigmips"], [EM.SPARC]: [undefined, "sparc"], [EM.SPARCV9]: [undefined, "sparc"], [EM["68K"]]: [undefined, "m68k"],
};

/** The name that GNU strip prints for a file's format; of a machine without one here, BFD's name for any. */
export function formatName({ class: elfClass, littleEndian, machine }: Pick<Header, "class" | "littleEndian" | "machine">): string {
  return `elf${elfClass}-${NAMES[machine]?.[littleEndian ? 0 : 1] ?? (littleEndian ? "little" : "big")}`;
}
