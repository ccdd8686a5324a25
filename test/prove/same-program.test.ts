import { describe, expect, it } from "vitest";
import { Dyn } from "../../src/codec/records.js";
import {
  DT,
  type Edit,
  EM,
  ET,
  isElfError,
  onlyKeepDebug,
  patch,
  PF,
  PROGRAM_PARTS,
  type ProgramComparison,
  type ProgramPart,
  PT,
  readElf,
  removeSections,
  sameProgram,
  setInterpreter,
  setRunpath,
  SHT,
  stripAll,
} from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { testArchive } from "../support/archives.js";
import { caught, ENCODINGS, fixture } from "../support/elf.js";
import { everyEdit } from "../support/every-edit.js";
import { hotRanges, mutant, random, SEED } from "../support/mutants.js";
import { Damaged, found } from "../verify/damaged.js";
import { HUGE, LONG, richFile, SMALL } from "./rich.js";

const compared = (before: Uint8Array, after: Uint8Array, except?: readonly ProgramPart[]): ProgramComparison =>
  sameProgram(readElf(before), readElf(after), { except });

/** The kinds and parts of all differences, each once, in their order. */
const told = ({ differences }: ProgramComparison): string[] => [
  ...new Set(differences.map((d) => `${d.kind} ${d.part}`)),
];

/** The parts that an edit alone may touch, by its name in `everyEdit`. */
const PARTS: Readonly<Record<string, readonly ProgramPart[]>> = {
  "setRunpath long": ["search-path"],
  "setRunpath huge": ["search-path"],
  "setInterpreter long": ["interpreter"],
  "addNeeded 6": ["needed"],
  replaceNeeded: ["needed", "versions"],
  "setSoname longer": ["soname"],
  noDefaultLib: ["dynamic"],
  "setExecstack on": ["stack"],
  "setExecstack off": ["stack"],
  stripUnneeded: ["debug", "symtab"],
  // A section takes its symbol along.
  removeSections: ["sections", "symtab"],
  "all at once": [
    "interpreter",
    "stack",
    "needed",
    "search-path",
    "dynamic",
    "soname",
    "versions",
    "sections",
    "debug",
    "symtab",
  ],
  setRpath: ["search-path"],
  addRunpath: ["search-path"],
  addRpath: ["search-path"],
  removeRunpath: ["search-path"],
  convertToRunpath: ["search-path"],
  convertToRpath: ["search-path"],
  shrinkRunpath: ["search-path"],
  makeRunpathRelative: ["search-path"],
  removeSoname: ["soname"],
  clearFlags: ["dynamic"],
  setFlags: ["dynamic"],
  addDebugTag: ["dynamic"],
  removeDebugTag: ["dynamic"],
  setDynamicTag: ["dynamic"],
  removeDynamicTag: ["dynamic"],
  setOsAbi: ["header"],
  setGnuStackSize: ["stack"],
  raise16: [],
  raise64: [],
  addHash: ["hash", "sections"],
  addGnuHash: ["hash", "sections"],
  rename: ["symbols"],
  removeNeeded: ["needed"],
  // Version tables that no tag leads to any more have other sections.
  removeNeededDrop: ["needed", "versions", "sections", "symtab"],
  removeNeededWeaken: ["needed", "versions", "sections", "symtab"],
  addFirst: ["needed"],
  moveNeeded: ["needed"],
  // A file that had no versions gets tables of them.
  setVersion: ["versions", "sections"],
  clearVersion: ["versions"],
  addVersion: ["versions", "sections"],
  addVersionWeak: ["versions", "sections"],
  removeVersion: ["versions"],
  removeVersionDrop: ["versions", "sections"],
  removeVersionWeaken: ["versions", "sections"],
  weakenVersion: ["versions"],
  stripDebug: ["debug", "symtab"],
  stripAll: ["debug", "symtab"],
  stripAllForce: ["debug", "symtab", "sections"],
  discardLocals: ["debug", "symtab"],
  discardTemporary: ["symtab"],
  keepSymbols: ["debug", "symtab"],
  stripSymbols: ["symtab"],
  keepFiles: ["debug", "symtab"],
  keepSections: ["debug", "symtab"],
  removeRelocations: [],
  dropSectionHeaders: ["sections", "debug", "symtab"],
  addDebugLink: ["debug", "symtab", "sections"],
  removeForced: ["segments", "notes", "sections", "symtab"],
  removeZeroed: ["segments", "notes", "sections", "symtab"],
  nothing: [],
};

/** What each part is called in a summary. */
const WORDS: Readonly<Partial<Record<ProgramPart, RegExp>>> = {
  header: /the ELF header/,
  interpreter: /the interpreter/,
  needed: /NEEDED/,
  "search-path": /RUNPATH|RPATH/,
  soname: /SONAME/,
  dynamic: /FLAGS|DEBUG|CHECKSUM/,
  stack: /the stack/,
  hash: /hash tables/,
  symbols: /\d symbols?/,
  versions: /\d versions?/,
  notes: /\d notes? gone/,
  sections: /\d sections? (gone|new|changed)/,
  debug: /debugging information gone/,
  symtab: /the static symbols/,
};

/** Edits that take from an object what linkers need of it. */
const BREAKS_OBJECTS = ["stripSymbols", "stripAllForce", "removeForced"];

describe.each([
  ...[
    "x86_64-glibc-pie-runpath",
    "x86_64-glibc-lib.so",
    "x86_64-musl-exec",
    "s390x-glibc-pie",
    "mips64el-glibc-pie",
  ].map((name) => ({ name, file: fixture(name) })),
  ...ENCODINGS.map((e) => ({ name: `a built file, ${e.label}`, file: richFile(e) })),
  { name: "an object", file: fixture("x86_64-object.o") },
])("every edit of $name", ({ file }) => {
  const elf = readElf(file);
  const isObject = elf.header.type === ET.REL;

  it.each(everyEdit(elf).filter(({ name }) => name in PARTS && !(isObject && BREAKS_OBJECTS.includes(name))))(
    "$name",
    ({ name, edits }) => {
      const after = patched(file, edits());
      if (after === undefined) return;

      const result = sameProgram(elf, readElf(after));
      const parts = [...new Set(result.differences.map((d) => d.part))];
      expect({ ...result, differences: result.differences.filter((d) => d.kind === "damage") }).toMatchObject({
        same: true,
        differences: [],
      });
      expect(parts.filter((part) => !PARTS[name]!.includes(part))).toEqual([]);

      // The parts that differ may differ, and no others have to.
      expect(compared(file, after, parts).same).toBe(true);
      for (const part of parts) {
        expect(result.summary).toMatch(WORDS[part] ?? /./);
        expect(
          compared(
            file,
            after,
            parts.filter((p) => p !== part),
          ).same,
        ).toBe(false);
      }
      expect(compared(file, after, []).same).toBe(parts.length === 0);
      expect(result.summary.startsWith("the same program, but for: ")).toBe(parts.length > 0);
    },
  );
});

/** What a patch makes; undefined where the file cannot take it. */
function patched(file: Uint8Array, edits: readonly Edit[]): Uint8Array | undefined {
  try {
    return patch(file, edits, { overlay: "drop" }).bytes;
  } catch (e) {
    if (isElfError(e)) return undefined;
    throw e;
  }
}

describe("what is edited", () => {
  const e = ENCODINGS[0]!;
  const file = richFile(e);

  it.each<[string, readonly Edit[], string, readonly string[]]>([
    ["nothing", [], "the same program", []],
    ["a search path", [setRunpath(HUGE)], "the same program, but for: RUNPATH", ["edit search-path"]],
    [
      "in the order of parts, not of edits",
      [stripAll(), setRunpath(LONG), setInterpreter("/opt/ld.so")],
      "the same program, but for: the interpreter, RUNPATH, debugging information gone, the static symbols",
      ["edit interpreter", "edit search-path", "edit debug", "edit symtab"],
    ],
    [
      "notes and sections",
      [removeSections(".note.own", ".comment", { force: true }), stripAll()],
      "the same program, but for: 1 note gone, 2 sections gone, debugging information gone, the static symbols",
      ["edit notes", "edit sections", "edit debug", "edit symtab"],
    ],
  ])("%s", (_, edits, summary, kinds) => {
    const result = compared(file, patch(file, edits).bytes);
    expect(result).toMatchObject({ same: true, summary });
    expect(told(result)).toEqual(kinds);
  });

  it("a difference that is not excepted makes it another program, and the summary tells it", () => {
    const after = patch(file, [setRunpath(LONG), setInterpreter("/opt/ld.so")]).bytes;
    const message = "the interpreter is /opt/ld.so, not /lib/ld.so.1";
    expect(compared(file, after, ["search-path"])).toMatchObject({
      same: false,
      summary: `not the same program: ${message}`,
      differences: [
        { kind: "edit", part: "interpreter", at: "PT_INTERP", message },
        { kind: "edit", part: "search-path", at: "DT_RUNPATH" },
      ],
    });
    expect(compared(file, after, ["interpreter", "search-path"]).same).toBe(true);
    expect(compared(file, after, []).same).toBe(false);
  });

  it("tells the parts in the order of PROGRAM_PARTS", () => {
    const all = found(everyEdit(readElf(file)).find((way) => way.name === "all at once")).edits();
    const { summary, differences } = compared(file, patch(file, all).bytes);
    const parts = PROGRAM_PARTS.filter((part) => differences.some((d) => d.part === part));
    const places = parts.map((part) => summary.search(found(WORDS[part])));
    expect(places.length).toBeGreaterThan(6);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("more than four differences are counted", () => {
    const after = new Damaged(Buffer.from(file));
    for (const name of ["own", "other", "object", "malloc", "sin"]) after.dynamicSymbol(name).view.size += 1;
    expect(compared(file, after.bytes).summary).toMatch(/^not the same program: (.*; ){3}.*; and \d+ more$/);
  });

  it("is JSON as it is", () => {
    for (const after of [patch(file, [setRunpath(HUGE), stripAll()]).bytes, richFile(ENCODINGS[3]!)]) {
      const result = compared(file, after);
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    }
  });

  it.each([
    ["no file", () => sameProgram(undefined as never, readElf(file))],
    ["bytes", () => sameProgram(readElf(file), file as never)],
    ["a part that is none", () => sameProgram(readElf(file), readElf(file), { except: ["runpath"] as never })],
    ["a word", () => sameProgram(readElf(file), readElf(file), { except: "needed" as never })],
    ["an option that is none", () => sameProgram(readElf(file), readElf(file), { expect: [] } as never)],
    ["no options", () => sameProgram(readElf(file), readElf(file), null as never)],
  ])("BAD_INPUT for %s", (_, call) => expect(caught(call).code).toBe("BAD_INPUT"));

  it("has a part for every name, and each once", () => expect(new Set(PROGRAM_PARTS).size).toBe(PROGRAM_PARTS.length));
});

type Kind = "edit" | "risk" | "damage";

/** A change of one byte or field, and what is said of it. */
interface Case {
  readonly is: Kind;
  readonly part: ProgramPart;
  readonly name: string;
  readonly at: RegExp;
  readonly put: (after: Damaged) => void;
  readonly options?: BuildOptions;
}

const on = (is: Kind, part: ProgramPart, name: string, at: RegExp, put: Case["put"], options?: BuildOptions): Case => ({
  is,
  part,
  name,
  at,
  put,
  ...(options && { options }),
});

const load = (o: Damaged, nth: number) => o.segment((p) => p.type === PT.LOAD, nth);
const header = (o: Damaged, type: number) => o.segment((p) => p.type === type);
const ADDRESS = /^0x[0-9a-f]+$/;

/** The relocations of a built file, of either kind. */
const relocations = (o: Damaged) =>
  o.section(o.elf.sections.some((s) => s.name === ".rel.dyn") ? ".rel.dyn" : ".rela.dyn");

/** Takes an entry out of the dynamic section; the others move up. */
function drop(o: Damaged, tag: number): void {
  const { offset, size, entries } = found(o.elf.dynamic);
  const stride = Dyn.size(o.elf.header.class);
  const at = offset + found(entries.find((e) => e.tag === tag)).index * stride;
  o.bytes.copyWithin(at, at + stride, offset + size);
}

const CASES: readonly Case[] = [
  on("damage", "header", "e_machine", /machine/, (o) => (o.header.machine = EM.RISCV)),
  on("damage", "header", "e_flags", /flags/, (o) => (o.header.flags = 1)),
  on("damage", "header", "e_type", /type/, (o) => (o.header.type = ET.EXEC)),
  on("edit", "header", "EI_OSABI", /osabi/, (o) => (o.bytes[7] = 3)),
  on("damage", "entry", "e_entry", /e_entry/, (o) => (o.header.entry += 1)),
  on("edit", "interpreter", "another loader", /PT_INTERP/, (o) => (o.bytes[header(o, PT.INTERP).offset + 1] = 0x4c)),
  on("damage", "interpreter", "none", /PT_INTERP/, (o) => (header(o, PT.INTERP).type = PT.NULL)),
  on("edit", "needed", "one less", /DT_NEEDED/, (o) => drop(o, DT.NEEDED)),
  on("damage", "needed", "a name that is none", /DT_NEEDED/, (o) => (o.tag(DT.NEEDED).val = 0x7fffff)),
  on("edit", "search-path", "none", /DT_RUNPATH/, (o) => drop(o, DT.RUNPATH)),
  on("damage", "search-path", "a path that is none", /DT_RUNPATH/, (o) => (o.tag(DT.RUNPATH).val = 0x7fffff)),
  on("edit", "soname", "none", /DT_SONAME/, (o) => drop(o, DT.SONAME)),
  on("damage", "dynamic", "an address", /DT_INIT/, (o) => (o.tag(DT.INIT).val += 1), {
    tags: [{ tag: DT.INIT, value: 0x1000 }],
  }),
  on("edit", "dynamic", "flags", /DT_FLAGS/, (o) => (o.tag(DT.FLAGS).val = 8), { tags: [{ tag: DT.FLAGS, value: 2 }] }),
  on("damage", "dynamic", "none", /PT_DYNAMIC/, (o) => (header(o, PT.DYNAMIC).type = PT.NULL)),
  on("damage", "segments", "PT_PHDR", /PT_PHDR/, (o) => (header(o, PT.PHDR).vaddr += 8)),
  on("damage", "segments", "an offset between pages", /PT_LOAD/, (o) => (load(o, 1).offset += 8)),
  on("damage", "segments", "p_align", /PT_LOAD/, (o) => (load(o, 1).align = 0x400000)),
  on("damage", "segments", "bytes that the file has not", /PT_LOAD/, (o) => {
    Object.assign(load(o, 2), { filesz: 0x100000, memsz: 0x100000 });
  }),
  on("damage", "segments", "more bytes than memory", /PT_LOAD/, (o) => (load(o, 1).memsz -= 8)),
  on("damage", "segments", "PT_TLS", /PT_TLS/, (o) => (header(o, PT.TLS).memsz = 4096)),
  on("damage", "segments", "no PT_TLS", /PT_TLS/, (o) => (header(o, PT.TLS).type = PT.NULL)),
  on("edit", "stack", "an executable one", /PT_GNU_STACK/, (o) => (header(o, PT.GNU_STACK).flags = 7)),
  on("edit", "stack", "none", /PT_GNU_STACK/, (o) => (header(o, PT.GNU_STACK).type = PT.NULL)),
  on("damage", "relro", "more of it", ADDRESS, (o) => (header(o, PT.GNU_RELRO).memsz += 8)),
  on("risk", "relro", "less of it", ADDRESS, (o) => (header(o, PT.GNU_RELRO).memsz -= 8)),
  on("risk", "relro", "none", ADDRESS, (o) => (header(o, PT.GNU_RELRO).type = PT.NULL)),
  on("damage", "memory", "a byte of code", ADDRESS, (o) => o.flip(o.section(".text").offset)),
  on("damage", "memory", "a byte of data", ADDRESS, (o) => o.flip(o.section(".data").offset)),
  on("damage", "memory", "no PT_LOAD", ADDRESS, (o) => (load(o, 1).type = PT.NULL)),
  on("damage", "memory", "fewer rights", ADDRESS, (o) => (load(o, 2).flags = PF.R)),
  on("risk", "memory", "more rights", ADDRESS, (o) => (load(o, 1).flags = PF.R | PF.W | PF.X)),
  on("damage", "symbols", "a value", /^own@@OWN_1$/, (o) => (o.dynamicSymbol("own").view.value += 4)),
  on("damage", "symbols", "the type", /^own@@OWN_1$/, (o) => (o.dynamicSymbol("own").view.other = 2)),
  on("damage", "symbols", "one that is undefined now", /^object$/, (o) => (o.dynamicSymbol("object").view.shndx = 0)),
  on("damage", "symbols", "a name that was written over", /^object$/, (o) => {
    o.flip(o.bytes.indexOf("object\0", found(found(o.elf.dynamic).strings).offset), 1);
  }),
  on("damage", "symbols", "none", /DT_SYMTAB/, (o) => drop(o, DT.SYMTAB)),
  on("damage", "versions", "the version of a definition", /^own@@OWN_1$/, (o) => {
    const at = o.section(".gnu.version").offset + 2 * o.dynamicSymbol("own").index;
    o.bytes.fill(0, at, at + 2);
  }),
  on("edit", "versions", "none of an import", /^malloc@V_2/, (o) => {
    const at = o.section(".gnu.version").offset + 2 * o.dynamicSymbol("malloc").index;
    o.bytes[at + (o.elf.header.littleEndian ? 0 : 1)] = 1;
  }),
  on("damage", "versions", "a hash", /^V_2$/, (o) => o.setWord(o.section(".gnu.version_r").offset + 32, 7)),
  on("damage", "versions", "a definition", /DT_VERDEF/, (o) => o.flip(o.section(".gnu.version_d").offset + 2)),
  on("damage", "versions", "needs of a library that is none", /^libm.so.6$/, (o) => {
    const names = o.bytes.indexOf("libm.so.6\0", found(found(o.elf.dynamic).strings).offset);
    drop(o, DT.NEEDED);
    expect(names).toBeGreaterThan(0);
    const entry = found(found(o.elf.dynamic).entries.find((e) => e.tag === DT.NEEDED)).value;
    o.tag(DT.NEEDED).val = Number(entry);
  }),
  on("damage", "hash", "an empty bucket", /DT_GNU_HASH/, (o) => o.setWord(o.bucket(), 0)),
  on("damage", "hash", "the filter", /DT_GNU_HASH/, (o) => o.bytes.fill(0, o.gnuHash().bloom, o.gnuHash().buckets)),
  on("edit", "hash", "one of two tables gone", /DT_HASH/, (o) => drop(o, DT.HASH)),
  on("damage", "hash", "the only table gone", /DT_GNU_HASH/, (o) => drop(o, DT.GNU_HASH), { hash: "gnu" }),
  on("damage", "relocations", "a place", /DT_RELA?/, (o) => o.flip(relocations(o).offset)),
  on("damage", "relocations", "no table", /DT_RELA?/, (o) => {
    drop(o, o.elf.sections.some((s) => s.name === ".rel.dyn") ? DT.REL : DT.RELA);
  }),
  on("edit", "notes", "a build ID", /GNU note of type 3/, (o) => o.flip(o.section(".note.gnu.build-id").offset + 20)),
  on("edit", "notes", "none", /Own note of type 7/, (o) => (header(o, PT.NOTE).type = PT.NULL)),
  on("edit", "sections", "one gone", /^\.comment$/, (o) => (o.section(".comment").type = SHT.NULL)),
  on("risk", "sections", "bytes for tools", /^\.debug_info$/, (o) => o.flip(o.section(".debug_info").offset)),
  on("damage", "overlay", "a byte", /overlay/, (o) => o.flip(o.bytes.length - 1), { overlay: Uint8Array.of(1, 2, 3) }),
  on("damage", "overlay", "its last byte gone", /overlay/, (o) => (o.bytes = o.bytes.subarray(0, -1)), {
    overlay: Uint8Array.of(1, 2, 3),
  }),
  on("edit", "overlay", "a new one", /overlay/, (o) => (o.bytes = Buffer.concat([o.bytes, o.bytes.subarray(0, 9)]))),
  on(
    "risk",
    "overlay",
    "one that is not at the end",
    /overlay/,
    (o) => (o.bytes = Buffer.concat([o.bytes, Buffer.alloc(9)])),
    {
      overlay: Uint8Array.of(1, 2, 3),
    },
  ),
];

describe.each(ENCODINGS)("$label: one byte or field", (e) => {
  it.each(CASES)("$is $part: $name", ({ is, part, at, put, options }) => {
    const before = richFile(e, { ...SMALL, ...options });
    expect(compared(before, before)).toEqual({ same: true, summary: "the same program", differences: [] });

    const after = new Damaged(Buffer.from(before));
    put(after);
    const result = compared(before, after.bytes);
    expect(result.differences).toContainEqual({
      kind: is,
      part,
      at: expect.stringMatching(at) as string,
      message: expect.stringMatching(/^\S.*\S$/) as string,
    });
    expect(result.same).toBe(result.differences.every((d) => d.kind !== "damage"));
    expect(compared(before, after.bytes, PROGRAM_PARTS).same).toBe(result.same);
    expect(compared(before, after.bytes, []).same).toBe(false);
  });
});

/** The bytes of a table that has moved, and of notes, may be read by code that has their address. */
describe.each(ENCODINGS)("$label: old bytes", (e) => {
  const options: BuildOptions = { ...SMALL, spareTags: 0, runpath: null };

  /** Puts a word into the code, as an address, or as a displacement from its end. */
  const withWord = (file: Uint8Array, target: number, form: "address" | "displacement"): Damaged => {
    const out = new Damaged(Buffer.from(file));
    const { offset, addr } = out.section(".text");
    // Not at a multiple of four: x86 has such words anywhere. The first 64 bytes are the start file's.
    out.setWord(offset + 101, form === "address" ? target : target - (addr + 105));
    return out;
  };

  const isMoved = (file: Uint8Array): Damaged => new Damaged(Buffer.from(patch(file, setRunpath("libc.so.6")).bytes));
  const plain = richFile(e, options);
  const old = found(readElf(plain).dynamic);

  it.each([
    ["nobody has the address of .dynamic", plain, "risk"],
    ["code has it", withWord(plain, Number(old.address), "address").bytes, "damage"],
    ["code has the way to it", withWord(plain, Number(old.address), "displacement").bytes, "damage"],
    ["code has an address beside it", withWord(plain, Number(old.address) + 1, "address").bytes, "risk"],
  ])("%s", (_, file, kind) => {
    const after = isMoved(file);
    expect(after.elf.dynamic!.address).not.toBe(old.address);
    expect(told(compared(file, after.bytes))).toEqual(["edit search-path"]);

    // What the new table does not have of the old place.
    const { address, size } = found(after.elf.dynamic);
    const isInFront = address < old.address;
    const from = isInFront ? Math.max(0, Number(address - old.address) + size) : 0;
    after.bytes.fill(0xab, old.offset + from, old.offset + old.size);
    const result = compared(file, after.bytes);
    expect(told(result)).toContain(`${kind} old-bytes`);
    expect(result.same).toBe(kind === "risk");
  });

  /** The program header behind the table leads to the notes now, and the program's own one was written over. */
  const withOtherNotes = (file: Uint8Array): Damaged => {
    const out = new Damaged(Buffer.from(file));
    const notes = header(out, PT.NOTE);
    const { phoff, phnum, phentsize } = out.elf.header;
    const { offset, filesz, vaddr } = notes;
    const to = Math.ceil((phoff + phnum * phentsize) / 16) * 16;
    out.bytes.copyWithin(to, offset, offset + filesz);
    Object.assign(notes, { offset: to, vaddr: vaddr - offset + to, paddr: vaddr - offset + to });
    const own = out.section(".note.own");
    out.bytes.fill(0xab, own.offset, own.offset + own.size);
    return out;
  };

  it.each([
    ["nobody has the address of the program's own note", undefined, "risk"],
    ["code has it", 0, "damage"],
    ["code has the address of the owner", 12, "damage"],
    ["code has the address of what it says", 16, "damage"],
  ])("%s", (_, at, kind) => {
    const { addr } = new Damaged(Buffer.from(plain)).section(".note.own");
    const file = at === undefined ? plain : withWord(plain, addr + at, "displacement").bytes;
    const result = compared(file, withOtherNotes(file).bytes);
    expect(told(result)).toContain(`${kind} old-bytes`);
    expect(result.same).toBe(kind === "risk");
  });
});

describe("other kinds of files", () => {
  const file = fixture("x86_64-glibc-pie-runpath");
  const debug = patch(file, onlyKeepDebug()).bytes;
  const object = fixture("x86_64-object.o");
  const core = buildElf({ type: ET.CORE });

  it.each([
    ["a debug file", debug],
    ["an object", object],
    ["a static program", fixture("x86_64-glibc-static")],
    ["without section headers", fixture("x86_64-glibc-pie-nosections")],
  ])("%s is itself", (_, bytes) => {
    expect(compared(bytes, bytes)).toEqual({ same: true, summary: "the same program", differences: [] });
  });

  it.each([
    ["a debug file instead of its program", file, debug, "damage memory"],
    ["an object instead of a program", file, object, "damage header"],
    ["a program of another machine", file, fixture("s390x-glibc-pie"), "damage header"],
    ["another program", file, fixture("x86_64-glibc-pie"), "damage memory"],
  ])("%s", (_, before, after, said) => {
    const result = compared(before, after);
    expect(result.same).toBe(false);
    expect(told(result)).toContain(said);
  });

  it.each<[string, (o: Damaged) => void, RegExp]>([
    ["a byte of code", (o) => o.flip(o.section(".text").offset), /\.text: its bytes/],
    ["a relocation", (o) => o.flip(o.section(".rela.text").offset), /\.rela\.text/],
    ["a symbol", (o) => (o.symbol("answer").value += 1), /answer/],
    ["alignment", (o) => (o.section(".text").addralign = 64), /\.text: sh_addralign/],
  ])("an object: %s", (_, put, says) => {
    const after = new Damaged(Buffer.from(object));
    put(after);
    const result = compared(object, after.bytes);
    expect(result).toMatchObject({ same: false, summary: expect.stringMatching(says) as string });
  });

  it.each([".rodata.str1.1", ".eh_frame"])("an object that has lost %s, which is loaded", (name) => {
    const after = new Damaged(Buffer.from(object));
    after.section(name).type = SHT.NULL;
    expect(compared(object, after.bytes).same).toBe(false);
  });

  it.each([
    ["a core file", core, core],
    ["a core file instead of a program", file, core],
    ["a program instead of a core file", core, file],
  ])("UNSUPPORTED: %s", (_, before, after) =>
    expect(caught(() => compared(before, after))).toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringContaining("e_type 4") as string,
    }),
  );

  it("a static library is no ELF file", () => {
    const library = testArchive([{ name: "a.o", bytes: object }]);
    expect(caught(() => compared(library, library)).code).toBe("ARCHIVE");
  });
});

describe("a file that cannot be read", () => {
  const files = ["x86_64-glibc-pie-runpath", "i386-glibc-lib.so", "s390x-glibc-exec", "x86_64-object.o"].map(
    (name) => [name, fixture(name)] as const,
  );

  /** The comparison; undefined where the second file is none of an ELF file's kinds, so that it is refused. */
  const judged = (before: Uint8Array, after: Uint8Array): ProgramComparison | undefined => {
    let elf;
    try {
      elf = readElf(after);
    } catch (e) {
      if (isElfError(e)) return undefined;
      throw e;
    }
    const kinds: readonly number[] = [ET.EXEC, ET.DYN, ET.REL];
    return kinds.includes(elf.header.type) ? sameProgram(readElf(before), elf) : undefined;
  };

  it.each(files)("%s, cut anywhere", (_, file) => {
    const loaded = Math.max(...readElf(file).segments.map((s) => s.offset + s.filesz), 0);
    for (let size = 0; size < file.length; size += 97) {
      const result = judged(file, file.slice(0, size));
      if (result && (size < loaded || loaded === 0)) expect([size, result.same]).toEqual([size, false]);
    }
  });

  it.each(files)(`%s, with bytes that are broken (seed ${SEED})`, (_, file) => {
    const below = random(SEED);
    const hot = hotRanges(file);
    for (let i = 0; i < 400; i++) {
      const after = mutant(file, hot, below);
      const result = judged(file, after);
      if (!result) continue;

      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      expect(result.same).toBe(result.differences.every((d) => d.kind !== "damage"));
      for (const { part } of result.differences) expect(PROGRAM_PARTS).toContain(part);

      // What the first file cannot tell is refused, or nothing is missed of it.
      try {
        sameProgram(readElf(after), readElf(file));
      } catch (e) {
        expect(isElfError(e)).toBe(true);
      }
    }
  });
});
