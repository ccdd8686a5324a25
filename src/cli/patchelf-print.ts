import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { PF, PT } from "../spec/constants.js";
import { print } from "./command.js";
import { osAbiText } from "./os-abi.js";

/** What a --print-… option asks for. */
export type Query = "interpreter" | "osAbi" | "soname" | "rpath" | "execstack" | "needed";

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

export function answer(elf: ElfFile, queries: ReadonlySet<Query>): Printed {
  const { type, osabi } = elf.header, has = (q: Query) => queries.has(q);
  const interpreter = has("interpreter") ? (elf.interpreter ?? fail("NO_INTERPRETER", "the file has no PT_INTERP; it is a library or a static program", { type })) : undefined;
  // As with patchelf, a static program has no name, and that is no failure.
  const dynamic = has("rpath") || has("needed") || (has("soname") && elf.linkage === "relocatable");
  if (dynamic && !elf.dynamic) fail("NO_DYNAMIC", "the file has no dynamic section; it is a static program or an object", { type });
  const stack = elf.segments.find((s) => s.type === PT.GNU_STACK);
  return {
    ...(interpreter === undefined ? {} : { interpreter }),
    ...(has("osAbi") ? { osAbi: osAbiText(osabi) } : {}),
    ...(has("soname") ? { soname: elf.soname ?? "" } : {}),
    // ld.so ignores DT_RPATH where there is a DT_RUNPATH, and an empty text says that there is neither.
    ...(has("rpath") ? { rpath: elf.runpath ?? elf.rpath ?? "" } : {}),
    ...(has("execstack") ? { execstack: stack ? (stack.flags & PF.X) !== 0 : null } : {}),
    ...(has("needed") ? { needed: elf.needed } : {}),
  };
}

/** In patchelf's own order: one line each, an empty line for an empty path, nothing for nothing needed or no name. */
export function printAnswer({ interpreter, osAbi, soname, rpath, needed = [], execstack }: Printed): void {
  const stack = execstack === undefined ? undefined : `execstack: ${execstack === null ? "?" : execstack ? "X" : "-"}`;
  print([interpreter, osAbi, soname || undefined, rpath, stack, ...needed].flatMap((line) => (line === undefined ? [] : [`${line}\n`])).join(""));
}
