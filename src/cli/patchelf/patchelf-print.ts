import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { isDebugFile } from "../../image/headers/sections.js";
import { ET, PF, PT } from "../../spec/constants.js";
import { osAbiText } from "./os-abi.js";

/** The answers to --print-…, from before any edit. */
export interface Printed {
  readonly interpreter?: string;
  readonly osAbi?: string;
  readonly soname?: string;
  readonly rpath?: string;
  /** Is PT_GNU_STACK executable? Null where the file has none. */
  readonly execstack?: boolean | null;
  readonly needed?: readonly string[];
}

/** The subject of a --print-… option. */
export type Query = keyof Printed;

/**
 * Is it the separate debug file of a dynamic program or library? It has no dynamic section in its bytes. patchelf
 * answers for it with nothing, and has nothing to do there.
 */
export const isDynamicDebugFile = (elf: ElfFile): boolean =>
  elf.segments.some((s) => s.type === PT.DYNAMIC) && isDebugFile(elf) && elf.dynamic === null;

/** Refuses a file without a dynamic section that a loader can use. */
function requireDynamic(elf: ElfFile): void {
  if (isDynamicDebugFile(elf)) return;

  const { type } = elf.header;
  const { dynamic } = elf;
  if (!dynamic) fail("NO_DYNAMIC", "the file has no dynamic section; it is a static program", { type });
  if (!dynamic.strings) {
    fail("NO_DYNAMIC", "the file's dynamic section has no strings (DT_STRTAB); no loader uses it", { type });
  }
}

/** The answers, in the order in which patchelf prints them, whatever the order of the options. */
const ANSWERS: { readonly [Q in Query]-?: (elf: ElfFile) => NonNullable<Printed[Q]> | null } = {
  interpreter(elf) {
    if (!elf.segments.some((s) => s.type === PT.INTERP)) {
      const { type } = elf.header;
      fail("NO_INTERPRETER", "the file has no PT_INTERP; it is a library or a static program", { type });
    }
    // A debug file of eu-strip's keeps p_filesz, over bytes of something else.
    return isDynamicDebugFile(elf) ? "" : elf.interpreter;
  },
  osAbi: (elf) => osAbiText(elf.header.osabi),
  soname(elf) {
    // As with patchelf, a program at a fixed address has no name, and that is no failure.
    if (elf.header.type !== ET.DYN) return "";
    requireDynamic(elf);
    return elf.soname ?? "";
  },
  rpath(elf) {
    requireDynamic(elf);
    // ld.so ignores DT_RPATH where there is a DT_RUNPATH. An empty text says that there is neither.
    return elf.runpath ?? elf.rpath ?? "";
  },
  execstack(elf) {
    const stack = elf.segments.find((s) => s.type === PT.GNU_STACK);
    return stack ? (stack.flags & PF.X) !== 0 : null;
  },
  needed(elf) {
    requireDynamic(elf);
    return elf.needed;
  },
};

/** The lines that patchelf prints: an empty one for an empty path, none for a missing name or no needed library. */
const TEXT: { readonly [Q in Query]-?: (answer: never) => string } = {
  interpreter: (s: string) => `${s}\n`,
  osAbi: (s: string) => `${s}\n`,
  soname: (s: string) => (s === "" ? "" : `${s}\n`),
  rpath: (s: string) => `${s}\n`,
  execstack(isExecutable: boolean | null) {
    if (isExecutable === null) return "execstack: ?\n";
    return `execstack: ${isExecutable ? "X" : "-"}\n`;
  },
  needed: (names: readonly string[]) => names.map((name) => `${name}\n`).join(""),
};

/** Answers the queries. `say` gets each text at once, so that it is printed even if the next query has no answer. */
export function answer(elf: ElfFile, queries: ReadonlySet<Query>, say: (text: string) => void): Printed {
  const printed: Record<string, unknown> = {};
  for (const query of Object.keys(ANSWERS) as Query[]) {
    if (!queries.has(query)) continue;

    const value = ANSWERS[query](elf);
    printed[query] = value;
    say(TEXT[query](value as never));
  }

  return printed;
}
