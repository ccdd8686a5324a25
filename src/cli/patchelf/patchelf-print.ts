import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { ET, PF, PT } from "../../spec/constants.js";
import { osAbiText } from "./os-abi.js";

/** What was asked for, as it is before any edit. */
export interface Printed {
  readonly interpreter?: string;
  readonly osAbi?: string;
  readonly soname?: string;
  readonly rpath?: string;
  /** Is PT_GNU_STACK executable? Null where the file has none. */
  readonly execstack?: boolean | null;
  readonly needed?: readonly string[];
}

/** What a --print-… option asks for. */
export type Query = keyof Printed;

function dynamicOf({ dynamic, header: { type } }: ElfFile): object {
  if (!dynamic) fail("NO_DYNAMIC", "the file has no dynamic section; it is a static program", { type });
  return (
    dynamic.strings ??
    fail("NO_DYNAMIC", "the file's dynamic section has no strings (DT_STRTAB); no loader uses it", { type })
  );
}

/** In the order in which patchelf prints, whatever the order of the options. */
const ANSWERS: { readonly [Q in Query]-?: (elf: ElfFile) => NonNullable<Printed[Q]> | null } = {
  interpreter: (elf) =>
    elf.interpreter ??
    fail("NO_INTERPRETER", "the file has no PT_INTERP; it is a library or a static program", { type: elf.header.type }),
  osAbi: (elf) => osAbiText(elf.header.osabi),
  // As with patchelf, a program at a fixed address has no name, and that is no failure.
  soname: (elf) => (elf.header.type === ET.DYN && dynamicOf(elf) ? elf.soname : null) ?? "",
  // ld.so ignores DT_RPATH where there is a DT_RUNPATH, and an empty text says that there is neither.
  rpath: (elf) => dynamicOf(elf) && (elf.runpath ?? elf.rpath ?? ""),
  execstack(elf) {
    const stack = elf.segments.find((s) => s.type === PT.GNU_STACK);
    return stack ? (stack.flags & PF.X) !== 0 : null;
  },
  needed: (elf) => dynamicOf(elf) && elf.needed,
};

/** patchelf's lines: one each, an empty one for an empty path, none for nothing needed or no name. */
const TEXT: { readonly [Q in Query]-?: (answer: never) => string } = {
  interpreter: (s: string) => `${s}\n`,
  osAbi: (s: string) => `${s}\n`,
  soname: (s: string) => (s === "" ? "" : `${s}\n`),
  rpath: (s: string) => `${s}\n`,
  execstack: (x: boolean | null) => `execstack: ${x === null ? "?" : x ? "X" : "-"}\n`,
  needed: (names: readonly string[]) => names.map((name) => `${name}\n`).join(""),
};

/**
 * Answers what is asked, giving each text to `say` at once: what is known is said also where the next question has no
 * answer.
 */
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
