import { describe, expect, it } from "vitest";
import { withoutDates } from "../../src/archive/dates.js";
import { readArchive } from "../../src/archive/read.js";
import { rewriteArchive } from "../../src/archive/rewrite.js";
import { encodeIndex, readIndex } from "../../src/archive/symbol-index.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { bytesSource } from "../../src/codec/source.js";
import type { Edits } from "../../src/edit/asked.js";
import {
  discardLocals,
  plan,
  removeRelocations,
  removeSections,
  stripAll,
  stripDebug,
  stripUnneeded,
} from "../../src/index.js";
import { piecesSource } from "../../src/pieces/fill.js";
import { slicePiece } from "../../src/pieces/pieces.js";
import { proveArchive, type ProvedArchive, proveHeaders } from "../../src/prove/archive.js";
import { EM, SHF, SHN, SHT, STB, STT } from "../../src/spec/constants.js";
import { testArchive, type TestFormat } from "../support/archives.js";
import { caught, ENCODINGS } from "../support/elf.js";
import { objectFile, type ObjectOptions } from "../support/objects.js";
import { overwritten, planned, proveAs, proveWith } from "../support/proved.js";
import { type Damaged, found } from "../verify/damaged.js";

const CODE = SHF.ALLOC | SHF.EXECINSTR;
const bytes = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 7 + 1) & 255);

const machineOf = ({ class: c, littleEndian }: Encoding): number => {
  if (c === 64) return littleEndian ? EM.X86_64 : EM.S390;
  return littleEndian ? EM.ARM : EM.PPC;
};

/** A group, relocations and symbols of each kind. The comments are the symbols' indexes. */
const OPTIONS: Pick<ObjectOptions, "sections" | "symbols"> = {
  sections: [
    {
      name: ".group",
      type: SHT.GROUP,
      align: 4,
      entsize: 4,
      link: ".symtab",
      info: 6,
      members: [".text.inline", ".debug_types"],
    },
    {
      name: ".text",
      flags: CODE,
      bytes: bytes(37),
      align: 16,
      relocations: [
        [1, 2],
        [5, 8],
        [9, 4],
      ],
    },
    { name: ".text.inline", flags: CODE | SHF.GROUP, bytes: bytes(8), align: 4 },
    { name: ".debug_info", bytes: bytes(51), relocations: [[0, 5]] },
    { name: ".debug_types", bytes: bytes(9), flags: SHF.GROUP },
    { name: ".data", flags: SHF.ALLOC | SHF.WRITE, bytes: bytes(16), align: 8, relocations: [[0, 6]] },
    { name: ".bss", type: SHT.NOBITS, flags: SHF.ALLOC | SHF.WRITE, bytes: bytes(64), align: 32 },
    { name: ".llvm_addrsig", type: SHT.LLVM_ADDRSIG, link: ".symtab", bytes: Uint8Array.of(4, 6) },
    { name: ".comment", bytes: bytes(5) },
  ],
  symbols: [
    { name: "x.c", type: STT.FILE, section: SHN.ABS }, // 1
    { type: STT.SECTION, section: ".text" }, // 2
    { name: "unused", type: STT.FUNC, section: ".text", value: 3 }, // 3
    { name: "used", type: STT.FUNC, section: ".text", value: 5 }, // 4
    { name: ".Ldebug", section: ".debug_info" }, // 5
    { name: "signature", binding: STB.WEAK, section: ".text.inline" }, // 6
    { name: "defined", binding: STB.GLOBAL, section: ".data", value: 8 }, // 7
    { name: "called", binding: STB.GLOBAL }, // 8
  ],
};

const object = (e: Encoding, options: Partial<ObjectOptions> = {}): Uint8Array =>
  objectFile({ class: e.class, littleEndian: e.littleEndian, machine: machineOf(e), ...OPTIONS, ...options });

const WAYS: Readonly<Record<string, () => Edits>> = {
  stripUnneeded: () => stripUnneeded(),
  stripDebug: () => stripDebug(),
  stripAll: () => stripAll({ force: true }),
  discardLocals: () => discardLocals(),
  removeRelocations: () => removeRelocations(".debug_*"),
  removeSections: () => removeSections(".comment", ".llvm_addrsig"),
};

const KINDS = [
  ["as it is", {}],
  ["section indexes apart", { extended: true }],
  ["names shared", { sharesNames: true }],
  ["the other kind of relocations", { rela: false }],
] as const;

describe.each([...ENCODINGS, { class: 64, littleEndian: true, machine: EM.MIPS, label: "64-bit MIPS" } as const])(
  "$label: what a strip of an object asks for is no fault",
  (e) => {
    it.each(KINDS)("%s", (_, options) => {
      const file = object(e, { machine: "machine" in e ? e.machine : machineOf(e), ...options });
      for (const [way, edits] of Object.entries(WAYS)) expect([way, plan(file, edits()).changed]).toEqual([way, true]);
    });
  },
);

interface Fault {
  readonly rule: string;
  readonly name: string;
  readonly says: RegExp;
  readonly put: (output: Damaged) => void;
}

const relocations = (o: Damaged) => found(o.elf.sections.find((s) => /^\.rela?\.text$/.test(s.name))).header;

const FAULTS: readonly Fault[] = [
  { rule: "sections", name: "a byte of code", says: /\.text: .*bytes/, put: (o) => o.flip(o.section(".text").offset) },
  {
    rule: "sections",
    name: "the last byte of data",
    says: /\.data: .*bytes/,
    put: (o) => o.flip(o.section(".data").offset + 15),
  },
  { rule: "sections", name: "a shorter .bss", says: /\.bss: /, put: (o) => (o.section(".bss").size = 4) },
  { rule: "sections", name: "sh_addralign", says: /\.text: .*align/, put: (o) => (o.section(".text").addralign = 1) },
  { rule: "sections", name: "sh_flags", says: /\.data: .*sh_flags/, put: (o) => (o.section(".data").flags = 2) },
  {
    rule: "sections",
    name: "a relocation's place",
    says: /\.rela?\.text: the relocation 0 /,
    put: (o) => (o.bytes[relocations(o).offset + (o.elf.header.littleEndian ? 0 : o.elf.header.class / 8 - 1)]! ^= 2),
  },
  {
    rule: "sections",
    name: "a relocation's symbol",
    says: /\.rela?\.text: the relocation 1 /,
    put: (o) => {
      const { offset, entsize } = relocations(o);
      const { class: c, littleEndian } = o.elf.header;
      const place = c === 64 ? [11, 12] : [6, 5];
      o.bytes[offset + entsize + place[littleEndian ? 1 : 0]!]! ^= 1;
    },
  },
  {
    rule: "sections",
    name: "a section's relocations",
    says: /\.rela?\.text: sh_info/,
    put: (o) => (o.section(o.elf.sections.some((s) => s.name === ".rel.text") ? ".rel.text" : ".rela.text").info += 1),
  },
  {
    rule: "sections",
    name: "sh_link of relocations",
    says: /\.rela?\.text: sh_link/,
    put: (o) => (o.section(o.elf.sections.some((s) => s.name === ".rel.text") ? ".rel.text" : ".rela.text").link += 1),
  },
  {
    rule: "sections",
    name: "the flags of a group",
    says: /\.group: its flags are 0, not 1/,
    put: (o) => o.setWord(o.section(".group").offset, 0),
  },
  {
    rule: "sections",
    name: "a member of a group",
    says: /\.group: its members are/,
    put: (o) => o.setWord(o.section(".group").offset + 4, 2),
  },
  {
    rule: "sections",
    name: "the signature of a group",
    says: /\.group: its signature is symbol/,
    put: (o) => (o.section(".group").info -= 1),
  },
  {
    rule: "sections",
    name: "an address that matters",
    says: /\.llvm_addrsig: the address of symbol 4/,
    put: (o) => (o.bytes[o.section(".llvm_addrsig").offset] = 0),
  },
  ...(["value", "size", "info", "other", "shndx", "name"] as const).map((field) => ({
    rule: "symtab",
    name: `st_${field}`,
    says: /\.symtab: symbol \d+ \(.*\) is none/,
    put: (o: Damaged) => {
      o.symbol("defined")[field] += 1;
    },
  })),
  {
    rule: "symtab",
    name: "a symbol that others use",
    says: /called: the symbol called|defined: the symbol defined/,
    put: (o) => {
      const { entsize } = o.section(".symtab");
      const { offset, size } = o.section(".symtab");
      o.bytes.copyWithin(offset + size - 2 * entsize, offset + size - entsize, offset + size);
      o.section(".symtab").size -= entsize;
    },
  },
  { rule: "symtab", name: "sh_info", says: /\.symtab: sh_info/, put: (o) => (o.section(".symtab").info += 1) },
];

describe.each(ENCODINGS)("$label: a fault in a stripped object", (e) => {
  it.each(FAULTS)("$rule: $name", ({ rule, says, put }) => {
    const made = planned(object(e), stripUnneeded());
    proveAs(made, made.pieces);
    expect(caught(() => proveWith(made, put))).toMatchObject({
      code: "INVARIANT",
      message: expect.stringMatching(says) as string,
      detail: { rules: expect.arrayContaining([`prove-${rule}`]) as string[] },
    });
  });

  it("strings that sections which stay have offsets into", () => {
    const own = { name: ".own", link: ".strtab", bytes: bytes(4) };
    const made = planned(object(e, { sections: [...OPTIONS.sections, own] }), stripUnneeded());
    const strings = found(made.before.sections.find((s) => s.name === ".strtab")).index;
    const { declared } = made.proof;
    const rewrites = (section: number) => section === strings || declared.rewrites(section);
    const error = caught(() =>
      proveAs({ ...made, proof: { ...made.proof, declared: { ...declared, rewrites } } }, made.pieces),
    );
    expect(error.message).toContain(".strtab: sections that stay have strings in it");
  });
});

/** A static library, and what a strip makes of it: all but the second object is rewritten. */
function library(e: Encoding, format: TestFormat) {
  const members = ["first.o", "second.o", "third.o"].map((name) => ({
    name,
    bytes: object(e),
    symbols: ["signature", "defined"],
  }));
  const archive = readArchive(bytesSource(testArchive(members, { format, littleEndian: e.littleEndian })));
  const stripped = archive.members.flatMap((m, i) => {
    if (m.kind !== "file" || m.name === "second.o") return [];
    const { size, pieces } = plan(m.content, stripUnneeded());
    return [[i, { size, pieces }] as const];
  });
  const changes = { contents: new Map(stripped), drops: () => false, deterministic: false };
  const proved: ProvedArchive = { ...changes, ...rewriteArchive(archive, changes) };
  return { archive, proved };
}

interface ArchiveFault {
  readonly name: string;
  readonly says: RegExp;
  /** @param places the first byte of each member's header and content, by its name */
  readonly put: (bytes: Uint8Array, places: ReadonlyMap<string, ArchivePlace>) => void;
}

interface ArchivePlace {
  readonly header: number;
  readonly content: number;
  readonly nameSize: number;
}

function placesOf(bytes: Uint8Array): Map<string, ArchivePlace> {
  const { members } = readArchive(bytesSource(bytes));
  return new Map(
    members.map(({ name, offset: header, nameSize }) => [name, { header, nameSize, content: header + 60 + nameSize }]),
  );
}

const ARCHIVE_FAULTS: readonly ArchiveFault[] = [
  {
    name: "a member's name",
    says: /first\.o is girst\.o now/,
    put: (b, places) => {
      const { header, nameSize } = places.get("first.o")!;
      b[nameSize > 0 ? header + 60 : header]! += 1;
    },
  },
  { name: "a date", says: /third\.o: its header/, put: (b, places) => (b[places.get("third.o")!.header + 20]! ^= 1) },
  {
    name: "a member that stays",
    says: /second\.o: its content/,
    put: (b, places) => (b[places.get("second.o")!.content + 99]! ^= 1),
  },
  {
    name: "a member that is rewritten",
    says: /third\.o: its content/,
    put: (b, places) => (b[places.get("third.o")!.content + 99]! ^= 1),
  },
  {
    name: "a name in the index",
    says: /its symbol index/,
    put: (b) => (b[Buffer.from(b.buffer, b.byteOffset).indexOf("defined\0")]! ^= 1),
  },
];

describe.each(ENCODINGS)("$label: a fault in a static library", (e) => {
  describe.each<[TestFormat]>([["sysv"], ["sysv64"], ["bsd"], ["bsd64"]])("%s", (format) => {
    const { archive, proved } = library(e, format);
    const bytes = piecesSource(archive.source, proved.pieces, proved.size).read(0, proved.size);
    const places = placesOf(bytes);
    const rules = { code: "INVARIANT", detail: { rules: ["prove-archive"] } };

    it.each(ARCHIVE_FAULTS)("$name", ({ says, put }) => {
      proveArchive(archive, proved);
      const faulty = bytes.slice();
      put(faulty, places);
      const error = caught(() =>
        proveArchive(archive, { ...proved, pieces: overwritten(proved.pieces, bytes, faulty) }),
      );
      expect(error).toMatchObject({ ...rules, message: expect.stringMatching(says) as string });
    });

    it("members of the index that are swapped, and one that it loses", () => {
      const index = found(readIndex(readArchive(bytesSource(bytes))));
      const [first, last] = [index.entries[0]!, index.entries.at(-1)!];
      const others = [{ ...first, member: last.member }, ...index.entries.slice(1)];
      const start = found(places.get(archive.members[0]!.name)).content;
      const faulty = bytes.slice();
      faulty.set(encodeIndex({ ...index, entries: others }), start);
      const error = caught(() =>
        proveArchive(archive, { ...proved, pieces: overwritten(proved.pieces, bytes, faulty) }),
      );
      expect(error).toMatchObject({ ...rules, message: expect.stringContaining("its symbol index") as string });

      const drops = (_: number, symbol: string): boolean => symbol === "defined";
      expect(caught(() => proveArchive(archive, { ...proved, drops }))).toMatchObject(rules);
    });

    it("a member too few", () => {
      const size = found(places.get("third.o")).header;
      const pieces = proved.pieces
        .filter((p) => p.at < size)
        .map((p) => slicePiece(p, 0, Math.min(p.size, size - p.at)));
      const error = caught(() => proveArchive(archive, { ...proved, size, pieces }));
      expect(error).toMatchObject({ ...rules, message: expect.stringMatching(/it has \d members, not \d/) as string });
    });

    it("where nothing but dates may change, any other byte", () => {
      const dated = withoutDates(archive);
      const good = piecesSource(archive.source, dated.pieces, dated.size).read(0, dated.size);
      proveHeaders(archive, dated.pieces);

      const { header, content } = found(placesOf(good).get("second.o"));
      for (const at of [0, header, header + 15, header + 48, header + 59, content, content + 99]) {
        const faulty = good.slice();
        faulty[at]! ^= 1;
        expect(caught(() => proveHeaders(archive, overwritten(dated.pieces, good, faulty)))).toMatchObject(rules);
      }
      const moved = dated.pieces.map((p) => (p.kind === "input" ? { ...p, from: p.from + 1 } : p));
      expect(caught(() => proveHeaders(archive, moved))).toMatchObject(rules);
      const cleared = dated.pieces.map((p) => (p.kind === "input" ? { ...p, kind: "zero" as const } : p));
      expect(caught(() => proveHeaders(archive, cleared))).toMatchObject(rules);
    });

    it("a plan of another size", () => {
      const contents = new Map([...proved.contents].map(([i, c]) => [i, { ...c, size: c.size + 1 }]));
      expect(caught(() => proveArchive(archive, { ...proved, contents }))).toMatchObject(rules);
    });
  });
});
