import { hex } from "../../error.js";
import type { ElfFile, Segment } from "../../image/elf.js";
import { type Hardening, readHardening } from "../../image/hardening.js";
import { dynamicRelocations } from "../../image/relocations/relocations.js";
import { PF, PT } from "../../spec/constants.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { RECOGNITION } from "../../spec/machines/lists/recognition.js";
import type { Facts } from "../facts.js";
import { count, type RuleMatch, isProgram, type Rule } from "./rule.js";

const known = /* @__PURE__ */ new WeakMap<ElfFile, Hardening | null>();

/** Read once for all rules. */
export function hardeningOf({ elf }: Facts): Hardening | null {
  if (!known.has(elf)) known.set(elf, readHardening(elf));
  return known.get(elf)!;
}

const CLEAR =
  "Assemble with -Wa,--noexecstack or put .note.GNU-stack into each assembly file, " +
  "link with -Wl,-z,noexecstack, do not take addresses of nested functions; " +
  "or clear the flag: elfwright patchelf --clear-execstack.";

/** What may be executed and what may be written. */
export const programHeaderRules: readonly Rule[] = [
  {
    id: "exec-stack",
    severity: "warning",
    sentence: "The file asks for an executable stack.",
    advice: CLEAR,
    test: execStack,
  },
  {
    id: "segment-write-execute",
    severity: "warning",
    sentence: "A segment is writable and executable.",
    advice:
      "Link with -Wl,-z,separate-code and without -N/--omagic; have assembly and linker scripts keep code and data apart. SELinux and hardened kernels refuse such a mapping.",
    *test(f) {
      for (const a of hardeningOf(f)?.writableExecutable ?? []) {
        yield { message: `the PT_LOAD at ${hex(a)} is both writable and executable` };
      }
    },
  },
  {
    id: "text-relocations",
    severity: "warning",
    sentence: "The loader has to write into code.",
    advice:
      "Compile everything that goes into it with -fPIC (assembly too), and link with -Wl,-z,text, which names the culprits.",
    test: textRelocations,
  },
  {
    id: "entry-not-executable",
    severity: "error",
    sentence: "The entry point lies in no executable segment.",
    advice:
      "Set e_entry and the p_flags of its PT_LOAD right: loaders go by segments, the flags of sections do not matter to them.",
    *test(f) {
      const { header: h, segments } = f.elf;
      const { entry } = h;
      if (!isProgram(f) || f.elf.soname !== null || entryIsDescriptor(f)) return;

      const within = segments.find(
        (s) => s.type === PT.LOAD && s.exact("vaddr") <= entry && entry < s.exact("vaddr") + s.exact("memsz"),
      );
      if (!within) {
        yield { message: `the entry point ${hex(entry)} lies in no PT_LOAD: the program crashes when it is started` };
      } else if (!(within.flags & PF.X)) {
        yield {
          message: `the entry point ${hex(entry)} lies in the PT_LOAD at ${hex(within.exact("vaddr"))}, which is not executable: the program crashes when it is started`,
        };
      }
    },
  },
];

/**
 * There e_entry may be the address of a function descriptor, which is data; with version 2 of PowerPC's ABI it is not.
 */
function entryIsDescriptor({ elf: { header: h } }: Facts): boolean {
  const kind = cardOf(RECOGNITION, h.machine)?.entry;
  return kind === "descriptor" || (kind === "descriptor-v1" && (h.flags & 3) !== 2);
}

function* execStack(f: Facts): Generator<RuleMatch> {
  const stack = hardeningOf(f)?.stack;
  if (!stack?.executable) return;

  const program = isProgram(f);
  const glibc = f.libc === "glibc" || f.libc === "unknown";
  // A program of a C library that does not look at PT_GNU_STACK has what the kernel gives it, which depends on kernel
  // and machine.
  if (!stack.stated && (program ? f.libc !== "glibc" : !glibc)) return;

  const what = stack.stated
    ? "PT_GNU_STACK asks for an executable stack"
    : "without PT_GNU_STACK, glibc takes it to need an executable stack on this machine";
  const refused =
    !program && glibc
      ? ': from glibc 2.41 on, dlopen refuses it in a program whose stack is not executable ("cannot enable executable stack as shared object requires")'
      : "";
  // MIPS's kernels ran delay slots from the stack, and its linkers ask for that by themselves: programs' stacks are
  // executable, too.
  const usual = cardOf(RECOGNITION, f.elf.header.machine)?.asksForExecutableStack ?? false;
  const stops = refused && f.target?.libc === "glibc" && isAtLeast(f.target.version, 2, 41);
  yield { message: what + refused, severity: usual ? "note" : stops ? "error" : "warning" };
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}

function* textRelocations(f: Facts): Generator<RuleMatch> {
  if (!hardeningOf(f)?.textRelocations) return;

  const { first, number } = intoCode(f);
  const where =
    first === undefined ? "" : `: ${count(number, "relocation")} into what is not writable, the first at ${hex(first)}`;
  const android =
    f.libc === "bionic"
      ? f.elf.header.class === 64
        ? "; Android refuses it"
        : "; Android refuses it in apps for API level 23 and later"
      : "; SELinux may refuse it";
  yield {
    message: `DT_TEXTREL: the loader makes code writable to relocate it${where}${android}`,
    severity: f.libc === "bionic" ? "error" : "warning",
  };
}

function intoCode({ elf }: Facts): { first: bigint | undefined; number: number } {
  // A linker makes two or three; the product of very many with the relocations would be an attack.
  const readOnly = elf.segments
    .filter((s: Segment) => s.type === PT.LOAD && !(s.flags & PF.W))
    .map((s) => ({ from: s.exact("vaddr"), to: s.exact("vaddr") + s.exact("memsz") }))
    .slice(0, 64);
  let first: bigint | undefined;
  let number = 0;

  for (const { offset } of dynamicRelocations(elf)) {
    if (!readOnly.some((r) => r.from <= offset && offset < r.to)) continue;
    first ??= offset;
    number++;
  }

  return { first, number };
}
