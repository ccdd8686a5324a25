import { EM } from "../../spec/constants.js";

/**
 * What a relocation wants of the symbol that it is bound to. "call": a definition, so not the place that a program reserves for a function's address (jump
 * slots and thread-local storage). "copy": the definition that initialises the program's own copy. "got": an address in the global offset table. "other":
 * an address elsewhere.
 */
export type RelocationClass = "call" | "copy" | "got" | "other";

interface Types {
  readonly copy: number;
  readonly got?: number;
  readonly call: readonly number[];
}

const ppc: Types = { copy: 19, got: 20, call: [10, 21, ...(/* @__PURE__ */ Array.from({ length: 95 - 67 }, (_, i) => 67 + i))] };
const sparc: Types = { copy: 19, got: 20, call: [21, 74, 75, 76, 77, 78, 79] };

/** r_type by machine (each psABI; elf.h has their names): COPY, GLOB_DAT, and JUMP_SLOT with the types of thread-local storage. */
const TYPES: Readonly<Record<number, Types>> = {
  [EM.X86_64]: { copy: 5, got: 6, call: [7, 16, 17, 18, 36] },
  [EM["386"]]: { copy: 5, got: 6, call: [7, 14, 35, 36, 37, 41] },
  [EM.AARCH64]: { copy: 1024, got: 1025, call: [1026, 1028, 1029, 1030, 1031] },
  [EM.ARM]: { copy: 20, got: 21, call: [13, 17, 18, 19, 22] },
  [EM.RISCV]: { copy: 4, call: [5, 6, 7, 8, 9, 10, 11, 12] },
  [EM.LOONGARCH]: { copy: 4, call: [5, 6, 7, 8, 9, 10, 11, 13, 14] },
  [EM.PPC]: ppc, [EM.PPC64]: ppc,
  [EM.S390]: { copy: 9, got: 10, call: [11, 54, 55, 56] },
  [EM.MIPS]: { copy: 126, got: 51, call: [127] },
  [EM.SPARC]: sparc, [EM.SPARC32PLUS]: sparc, [EM.SPARCV9]: sparc,
  [EM["68K"]]: { copy: 19, got: 20, call: [21, 40, 41, 42] },
  [EM.ALPHA]: { copy: 24, got: 25, call: [26, 31, 33, 38] }, [EM.ALPHA_OLD]: { copy: 24, got: 25, call: [26, 31, 33, 38] },
  [EM.SH]: { copy: 162, got: 163, call: [149, 150, 151, 164] },
  [EM.MICROBLAZE]: { copy: 21, got: 18, call: [17, 25, 26, 27, 29] },
  [EM.OPENRISC]: { copy: 18, got: 19, call: [20, 32, 33, 34] },
  [EM.NIOS2]: { copy: 36, got: 37, call: [33, 34, 35, 38] },
  [EM.ARC_COMPACT2]: { copy: 0x35, got: 0x36, call: [0x37, 0x42, 0x43, 0x44] },
  [EM.CSKY]: { copy: 10, got: 11, call: [12, 56, 57, 58] },
};

/** The class of each relocation type of a machine; "other" for all of a machine that is not known. */
export function relocationClasses(machine: number): (type: number) => RelocationClass {
  const t = TYPES[machine], call = new Set(t?.call);
  return (type) => (call.has(type) ? "call" : type === t?.copy ? "copy" : type === t?.got ? "got" : "other");
}
