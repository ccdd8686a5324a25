import { hex } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { type Hardening, readHardening } from "../../image/hardening.js";
import { dynamicRelocations } from "../../image/relocations/relocations.js";
import { PF, PT } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import { entryIsDescriptor } from "../../spec/machines.js";
import { compareVersions } from "../../spec/version-names.js";
import { isForeignSystem } from "../detect/system.js";
import type { Facts } from "../facts.js";
import { plural, type RuleMatch, isProgram, type Rule } from "./rule.js";

const known = /* @__PURE__ */ new WeakMap<ElfFile, Hardening | null>();

/** A file's protections, read once for all rules. */
export function hardeningOf({ elf }: Facts): Hardening | null {
  if (!known.has(elf)) known.set(elf, readHardening(elf));
  return known.get(elf)!;
}

/** What may be executed and what may be written. */
export const programHeaderRules: readonly Rule[] = [
  {
    id: "exec-stack",
    severity: "warning",
    sentence: "The file asks for an executable stack.",
    advice:
      "Assemble with -Wa,--noexecstack or put .note.GNU-stack into each assembly file, " +
      "link with -Wl,-z,noexecstack, do not take addresses of nested functions; " +
      "or clear the flag: elfwright patchelf --clear-execstack. " +
      "A program that needs such a library (DT_NEEDED) still starts, and GLIBC_TUNABLES=glibc.rtld.execstack=2 " +
      "allows all of them.",
    test: execStack,
  },
  {
    id: "segment-write-execute",
    severity: "warning",
    sentence: "A segment is writable and executable.",
    advice:
      "Link with -Wl,-z,separate-code and without -N/--omagic; have assembly and linker scripts keep code and data " +
      "apart. SELinux and hardened kernels refuse such a mapping.",
    *test(facts) {
      for (const address of hardeningOf(facts)?.writableExecutable ?? []) {
        yield { message: `the PT_LOAD at ${hex(address)} is both writable and executable` };
      }
    },
  },
  {
    id: "text-relocations",
    severity: "warning",
    sentence: "The loader has to write into code.",
    advice:
      "Compile everything that goes into it with -fPIC (assembly too), and link with -Wl,-z,text, " +
      "which names the culprits.",
    test: textRelocations,
  },
  {
    id: "entry-not-executable",
    severity: "error",
    sentence: "The entry point lies in no executable segment.",
    advice:
      "Set e_entry and the p_flags of its PT_LOAD right: loaders go by segments, " +
      "the flags of sections do not matter to them.",
    test: entryNotExecutable,
  },
];

function* entryNotExecutable(facts: Facts): Generator<RuleMatch> {
  const { elf } = facts;
  const { entry } = elf.header;
  if (!isProgram(facts) || elf.soname !== null || entryIsDescriptor(elf.header)) return;

  const where = `the entry point ${hex(entry)} lies in`;
  const crash = "the program crashes when it is started";
  const segment = elf.segments.find(
    (s) => s.type === PT.LOAD && s.exact("vaddr") <= entry && entry < s.exact("vaddr") + s.exact("memsz"),
  );
  if (!segment) {
    yield { message: `${where} no PT_LOAD: ${crash}` };
  } else if (!(segment.flags & PF.X)) {
    yield { message: `${where} the PT_LOAD at ${hex(segment.exact("vaddr"))}, which is not executable: ${crash}` };
  }
}

/** The first release of glibc whose dlopen no longer makes stacks executable. */
const REFUSING_GLIBC = "2.41";

const DLOPEN_REFUSES =
  "from glibc 2.41 on, dlopen refuses it in a program whose stack is not executable " +
  '("cannot enable executable stack as shared object requires")';

function* execStack(facts: Facts): Generator<RuleMatch> {
  const { libc, target, system } = facts;
  const stack = hardeningOf(facts)?.stack;
  if (!stack?.executable) return;

  const program = isProgram(facts);
  // A library that takes nothing from a C library is opened by programs that have one.
  const isLibcOpen = libc === "unknown" || (libc === "none" && !program);
  const mayBeGlibc = libc === "glibc" || (isLibcOpen && !isForeignSystem(system) && target?.libc !== "musl");
  // Other C libraries do not look at PT_GNU_STACK: a program of theirs has the stack that the kernel gives it, which
  // depends on kernel and machine.
  const asksGlibc = program ? libc === "glibc" : mayBeGlibc;
  if (!stack.stated && !asksGlibc) return;

  const what = stack.stated
    ? "PT_GNU_STACK asks for an executable stack"
    : "without PT_GNU_STACK, glibc takes it to need an executable stack on this machine";
  const isRefused = !program && mayBeGlibc;
  const message = isRefused ? `${what}: ${DLOPEN_REFUSES}` : what;

  // MIPS's kernels ran delay slots from the stack, and its linkers ask for that by themselves. The stacks of programs
  // are executable there, too.
  if (cardOf(RECOGNITION, facts.elf.header.machine)?.asksForExecutableStack ?? false) {
    yield { message, severity: "note" };
    return;
  }

  const stops = isRefused && target?.libc === "glibc" && compareVersions(target.version, REFUSING_GLIBC) >= 0;
  yield { message, severity: stops ? "error" : "warning" };
}

function* textRelocations(facts: Facts): Generator<RuleMatch> {
  if (!hardeningOf(facts)?.textRelocations) return;

  const { first, number } = relocationsIntoCode(facts);
  const where =
    first === undefined
      ? ""
      : `: ${plural(number, "relocation")} into what is not writable, the first at ${hex(first)}`;
  yield {
    message: `DT_TEXTREL: the loader makes code writable to relocate it${where}; ${whoRefusesIt(facts)}`,
    severity: facts.libc === "bionic" ? "error" : "warning",
  };
}

function whoRefusesIt({ libc, elf }: Facts): string {
  if (libc !== "bionic") return "SELinux may refuse it";
  return elf.header.class === 64 ? "Android refuses it" : "Android refuses it in apps for API level 23 and later";
}

/**
 * More segments than any linker makes. Without a limit, a broken file could cost their number times the relocations.
 */
const MOST_SEGMENTS = 64;

function relocationsIntoCode({ elf }: Facts): { first: bigint | undefined; number: number } {
  const readOnly = elf.segments
    .filter((s) => s.type === PT.LOAD && !(s.flags & PF.W))
    .map((s) => ({ from: s.exact("vaddr"), to: s.exact("vaddr") + s.exact("memsz") }))
    .slice(0, MOST_SEGMENTS);

  let first: bigint | undefined;
  let number = 0;
  for (const { offset } of dynamicRelocations(elf)) {
    if (!readOnly.some((r) => r.from <= offset && offset < r.to)) continue;
    first ??= offset;
    number++;
  }

  return { first, number };
}
