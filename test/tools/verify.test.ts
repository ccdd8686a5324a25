import { mkdirSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { scratch } from "../support/fixtures.js";
import { itWithTools } from "../support/tools.js";
import { byHand } from "../verify/by-hand.js";
import { judge } from "../verify/judge.js";
import { type Judgement, outcomeOf } from "../verify/judged.js";
import { knownOf, type Maker, makeFrom, makers, type Named } from "../verify/makers.js";
import { specialRecipes } from "../verify/special.js";
import { type Subject, usualRecipes, Workshop } from "../verify/subjects.js";
import { observe, type Seen, type Truth } from "../verify/truth.js";
import { INSTALLED } from "./after-us/patchelfs.js";

// Pairs of files, the second made by a tool: what `sameProgram` says of them is what runs of both show. One pair for
// each class of docs/failures.md that the tools of Debian 12 show, and whole ones beside them; `npm run verify:pairs`
// has thousands.

const files = scratch();
const recipes = new Map([...usualRecipes(), ...specialRecipes()].map((r) => [r.name, r]));
const subjects = new Map<string, { readonly subject: Subject; readonly seen: Seen }>();
const PATCHELF = "patchelf 0.14.3";
const TOOLS = ["patchelf", "strip", "eu-strip", "llvm-strip", "objcopy", "qemu-x86_64"];
const shop = { made: undefined as Workshop | undefined };
let all: readonly Maker[] = [];

function workshop(): Workshop {
  mkdirSync(files.path("made"), { recursive: true });
  shop.made ??= new Workshop(files.path("made"));
  return shop.made;
}

function subjectOf(name: string): { readonly subject: Subject; readonly seen: Seen } {
  const known = subjects.get(name);
  if (known) return known;

  const subject = recipes.get(name)!.make(workshop());
  const built = { subject, seen: observe(workshop(), subject, subject.path) };
  subjects.set(name, built);
  return built;
}

interface Tried {
  readonly truth: Truth;
  readonly edits: readonly Named[];
  readonly said: Judgement;
  readonly outcome: string;
}

/** Makes the pair, finds out by runs what it is, and has it judged. */
function tried(name: string, what: string, by: string): Tried {
  if (all.length === 0) all = [...makers([INSTALLED]), ...byHand()];
  const { subject, seen } = subjectOf(name);
  const maker = all.find((m) => m.name === what && m.by === by);
  if (!maker) throw new Error(`${by} does not make "${what}": ${all.map((m) => `${m.by}: ${m.name}`).join("; ")}`);

  const after = files.path(`after-${subjects.size}`);
  if (!makeFrom(maker, subject, workshop(), after)) throw new Error(`${by} refuses ${name}`);

  const { truth, why } = knownOf(maker, subject, seen, after, workshop());
  const said = judge(readFileSync(subject.path), readFileSync(after));
  const { edits } = maker;
  const outcome = outcomeOf({ id: "", by, kind: subject.kind, before: "", after, edits, truth, why }, said);
  return { truth, edits, said, outcome };
}

/** The classes of docs/failures.md, each with a file that a tool breaks. */
const BROKEN: readonly (readonly [title: string, subject: string, what: string, by: string])[] = [
  ["#1 #35 a strip behind patchelf: a dirty .bss", "mold_bss 120", "rpath long, then strip", `${PATCHELF}, then strip`],
  ["#2 llvm-strip behind patchelf", "bfd PIE", "rpath long, then llvm-strip", `${PATCHELF}, then llvm-strip`],
  ["#3 bytes behind the program headers", "ehdr_phdrs PIE", "rpath long", PATCHELF],
  ["#5 version definitions that moved", "verdef_moved lld", "rpath long", PATCHELF],
  ["#5 #19 many notes", "many_notes_lib lld", "rpath long", PATCHELF],
  ["#7 Go's read-only .dynamic", "Go ET_EXEC", "rpath long", PATCHELF],
  ["#12 a version's name is the search path", "shared_strings version", "rpath short", PATCHELF],
  ["#12 a symbol's name is the search path's end", "shared_strings symbol", "rpath short", PATCHELF],
  ["#30 MIPS: a dirty .bss", "mips_bss", "rpath long", PATCHELF],
  ["#36 a program's own note", "own_note bfd PIE", "rpath long", PATCHELF],
  ["a byte of .rodata", "bfd PIE", "a byte of .rodata", "by hand"],
  ["a relocation's addend", "bfd PIE", "a relocation's addend", "by hand"],
  ["an empty hash bucket", "bfd library", "an empty hash bucket", "by hand"],
];

/** What depends on the system or on what a program does, which no file tells: it is said, at least as a risk. */
const WARNED: typeof BROKEN = [
  ["#6 a program reads its own _DYNAMIC", "uses_dynamic bfd PIE", "rpath long", PATCHELF],
  ["#10 version needs of a library that is gone", "needs versions", "needed removed", PATCHELF],
  ["#15 a segment below the lowest address", "low_base", "rpath long", PATCHELF],
  ["#32 a payload behind the end", "payload PIE", "rpath long", PATCHELF],
  ["a text that no section covers", "payload in a segment", "strip", "strip"],
];

const WHOLE: readonly (readonly [subject: string, what: string, by: string, names: readonly string[]])[] = [
  ["bfd PIE", "twice", PATCHELF, ["RUNPATH"]],
  ["bfd exec", "rpath long", PATCHELF, ["RUNPATH"]],
  ["lld library", "soname", PATCHELF, ["SONAME"]],
  ["bfd library", "needed added", PATCHELF, ["NEEDED"]],
  ["uses_dynamic bfd PIE", "interpreter", PATCHELF, ["the interpreter"]],
  ["bfd PIE", "strip", "strip", ["debugging information", "the static symbols"]],
  ["bfd library", "eu-strip", "eu-strip", ["debugging information", "the static symbols"]],
  ["lld library", "llvm-strip", "llvm-strip", ["debugging information", "the static symbols"]],
  ["bfd PIE", "objcopy --add-section", "objcopy", ["1 section new"]],
  ["mold_bss 120", "objcopy plain", "objcopy", []],
  ["bfd PIE", "several", "elfwright", ["the interpreter", "NEEDED", "RUNPATH"]],
];

const toolsOf = (name: string): string[] => [...TOOLS, ...recipes.get(name)!.tools];

describe("a program that a tool broke is another program", () => {
  for (const [title, subject, what, by] of BROKEN) {
    itWithTools(toolsOf(subject), `${title}: ${subject}, ${what}`, () => {
      const { truth, said, outcome } = tried(subject, what, by);
      expect(truth).toBe("broken");
      expect(outcome, said.summary).toBe("found");
      expect(said.same).toBe(false);
    });
  }

  for (const [title, subject, what, by] of WARNED) {
    itWithTools(toolsOf(subject), `${title}: ${subject}, ${what}`, () => {
      const { truth, said, outcome } = tried(subject, what, by);
      expect(truth).toBe("broken");
      expect(["found", "warned"], said.summary).toContain(outcome);
    });
  }

  itWithTools(toolsOf("multi_op"), "#13 several edits at once that patchelf mixes up are told as they are", () => {
    const { truth, said } = tried("multi_op", "several", PATCHELF);
    expect(truth).toBe("told");
    expect(said.differences).toContainEqual(
      expect.objectContaining({
        kind: "edit",
        part: "search-path",
        message: expect.stringContaining('"/lib/x86_64-linux-gnu/libc.so.6", not "/old/path"') as unknown,
      }),
    );
  });
});

describe("a whole program is the same one, and its edits are named", () => {
  for (const [subject, what, by, names] of WHOLE) {
    itWithTools(toolsOf(subject), `${subject}, ${what} by ${by}`, () => {
      const { truth, said, outcome } = tried(subject, what, by);
      expect(truth).toBe("whole");
      expect(outcome, said.summary).toBe("right");
      expect(said.same).toBe(true);
      for (const name of names) expect(said.summary).toContain(name);
    });
  }
});
