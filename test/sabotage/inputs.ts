import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { concat, viewOf } from "../../src/codec/bytes.js";
import { Sym } from "../../src/codec/records.js";
import { EM, PF, PT, SHT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { patch, raiseAlignment, readElf, setRunpath, stripUnneeded } from "../../src/index.js";
import { LONG } from "../corpus/wishes.js";
import { dyn, ENCODINGS, phdr, shdr, type TestEncoding } from "../support/elf.js";
import { lowered, squeezed } from "../support/realign.js";
import { archives, objects } from "./relocatable.js";

/** Which scenarios a file is for. */
export type Purpose = "every edit" | "some edits" | "few edits" | "overlay" | "pages" | "strip" | "archive";

/** A file that is patched. It is made by the sources as they are, never by those with a fault. */
export interface Input {
  readonly name: string;
  readonly purpose: Purpose;
  readonly bytes: Uint8Array;
}

/** A program with every kind of table. */
const RICH: BuildOptions = {
  needed: ["libc.so.6", "libm.so.6"],
  runpath: "/opt/old/lib:/opt/other/lib",
  hash: "both",
  got: true,
  debugInfo: 100,
  versionNeeds: [
    { file: "libc.so.6", versions: ["GLIBC_2.2.5", "GLIBC_2.34"], weak: ["GLIBC_2.34"] },
    { file: "libm.so.6", versions: ["GLIBC_2.29"] },
  ],
  versions: [{ name: "V_1" }, { name: "V_2", parents: ["V_1"] }],
  symbols: [
    { name: "puts", defined: false, version: "GLIBC_2.2.5" },
    { name: "pow", defined: false, version: "GLIBC_2.29" },
    { name: "start", defined: false, version: "GLIBC_2.34" },
    { name: "weak_one", defined: false, binding: 2 },
    { name: "answer", version: "V_1" },
    { name: "old_answer", version: "V_1", hidden: true },
    { name: "question", version: "V_2" },
    { name: "table", type: 1 },
    // The end of another name, and of the search path: strings are shared.
    { name: "swer" },
    { name: "lib" },
    { name: "inner", binding: 0 },
    { name: ".Ltemporary", binding: 0 },
  ],
  relocations: [
    { symbol: "puts" },
    { symbol: "answer", addend: 8 },
    { symbol: "table", addend: 4 },
    { symbol: "swer" },
    { addend: 64 },
  ],
  notes: [{ section: ".note.own", owner: "mine", type: 1, description: new Uint8Array(24).fill(7) }],
};

/** A library whose tables have no room to grow. */
const TIGHT: BuildOptions = { ...RICH, slack: 0, spareTags: 0, interpreter: null, soname: "libx.so.1" };

/** Symbols none of which shares its name's string with the search path. */
const UNSHARED = RICH.symbols!.filter((s) => s.name !== "lib");

const PAYLOAD = Uint8Array.from({ length: 101 }, (_, i) => 1 + i);

/** The file with its unused program header as PT_TLS, over a part of its data. */
function threadLocal(bytes: Uint8Array): Uint8Array {
  const { offset, vaddr, paddr, filesz } = phdr(bytes, PT.DYNAMIC);
  const by = filesz + 8;
  const fields = { offset: offset + by, vaddr: vaddr + by, paddr: paddr + by, filesz: 8, memsz: 24, align: 8 };
  Object.assign(phdr(bytes, PT.NULL), { type: PT.TLS, flags: PF.R, ...fields });
  return bytes;
}

type Kind = readonly [name: string, purpose: Purpose, make: (e: TestEncoding) => Uint8Array, encoding?: number];

/** Files of every class and byte order. */
const BUILT: readonly Kind[] = [
  ["rich", "every edit", (e) => buildElf({ ...e, ...RICH })],
  ["tight library", "every edit", (e) => buildElf({ ...e, ...TIGHT })],
  ["program of 4 KiB pages", "some edits", (e) => buildElf({ ...e, ...RICH, pageSize: 0x1000, dynstrLast: true })],
  ["without sections", "some edits", (e) => buildElf({ ...e, ...RICH, sectionHeaders: false, slack: 0 })],
  ["fixed addresses", "some edits", (e) => buildElf({ ...e, ...RICH, type: 2, base: 0x10000, slack: 0 })],
  ["fixed addresses, slack", "some edits", (e) => buildElf({ ...e, ...RICH, type: 2, hash: "sysv" })],
  ["room for headers", "some edits", (e) => buildElf({ ...e, ...RICH, slack: 0, headerGap: 200 })],
  ["unused headers", "some edits", (e) => buildElf({ ...e, ...RICH, slack: 0, nullSegments: 2, stackFlags: null })],
  [
    "thread-local data",
    "some edits",
    (e) => threadLocal(buildElf({ ...e, ...RICH, slack: 0, spareTags: 0, nullSegments: 1, stackFlags: 7 })),
  ],
  ["headers in front", "some edits", (e) => buildElf({ ...e, ...RICH, slack: 0, sectionTable: "start" })],
  ["extended numbers", "some edits", (e) => buildElf({ ...e, ...RICH, slack: 0, extendedNumbering: true })],
  [
    "stuck",
    "some edits",
    (e) =>
      buildElf({
        ...e,
        ...TIGHT,
        buildId: null,
        bss: 100,
        notes: [{ section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(64).fill(9) }],
      }),
  ],
  [
    "notes of two owners",
    "some edits",
    (e) =>
      buildElf({
        ...e,
        ...TIGHT,
        buildId: new Uint8Array(110).fill(5),
        stackFlags: null,
        notes: [{ section: ".note.x", owner: "mine", type: 1, description: new Uint8Array(200).fill(7) }],
      }),
  ],
  ["tables behind the headers", "some edits", (e) => buildElf({ ...e, ...TIGHT, buildId: null, notes: [] })],
  [
    "musl",
    "some edits",
    (e) => buildElf({ ...e, symbols: RICH.symbols!.map(({ version: _, ...s }) => s), hash: "sysv" }),
  ],
  ["a path of its own", "some edits", (e) => buildElf({ ...e, ...RICH, symbols: UNSHARED, hash: "gnu", spareTags: 0 })],
  ["a payload", "overlay", (e) => buildElf({ ...e, ...RICH, slack: 0, overlay: PAYLOAD })],
  ["a payload and slack", "overlay", (e) => buildElf({ ...e, ...RICH, overlay: PAYLOAD })],
  ["small p_align", "pages", (e) => lowered(buildElf({ ...e, ...RICH, pageSize: 65536 }))],
  [
    "small pages",
    "pages",
    (e) => squeezed(threadLocal(buildElf({ ...e, ...RICH, pageSize: 65536, nullSegments: 1 })), 1),
  ],
  ["small pages, no slack", "pages", (e) => squeezed(buildElf({ ...e, ...TIGHT, pageSize: 65536 }))],
  [
    "small pages, fixed",
    "pages",
    (e) => squeezed(buildElf({ ...e, ...RICH, type: 2, pageSize: 65536, bss: 70000 }), 2),
  ],
];

/** Files that tests in the sources are for: without these, the wrong bytes would be taken for free. */
const GUARDED: readonly Kind[] = [
  [
    "one byte too few for a header",
    "some edits",
    (e) => buildElf({ ...e, ...RICH, slack: 0, type: 2, headerGap: e.class === 64 ? 55 : 31 }),
    0,
  ],
  ["bytes in the gaps", "some edits", bytesInGaps],
  ["a section behind the headers", "some edits", sectionBehindHeaders],
  ["code that reads its head", "some edits", referencedHead],
  ["cut off", "some edits", (e) => cutOff(buildElf({ ...e, ...RICH, sectionHeaders: false, slack: 0 }))],
  ["a DT_HASH of another count", "some edits", otherCount],
  ["a tag in the search path", "some edits", tagInPath],
  [
    "no count of symbols",
    "some edits",
    (e) => buildElf({ ...e, ...RICH, symbols: UNSHARED, hash: "none", sectionHeaders: false, relocations: [] }),
  ],
  ["shared names", "strip", sharedNames],
  // x86-64, whose pages have 4 KiB only.
  [
    "a page of zeros between segments",
    "few edits",
    (e) => squeezed(buildElf({ ...e, ...RICH, pageSize: 0x1000 }), 1),
    0,
  ],
  ["notes far behind the headers", "few edits", (e) => buildElf({ ...e, ...RICH, headerGap: 5000 })],
];

/** Bytes that nothing describes stand where GNU ld has zeros. */
function bytesInGaps(e: TestEncoding): Uint8Array {
  const bytes = buildElf({ ...e, ...RICH, buildId: null });
  const { segments } = readElf(bytes);
  const loads = segments.filter((s) => s.type === PT.LOAD);
  loads.slice(1).forEach((load, i) => bytes.fill(0xaa, loads[i]!.offset + loads[i]!.filesz, load.offset));
  return bytes;
}

/** Zeros of the program's own stand behind the program headers. */
function sectionBehindHeaders(e: TestEncoding): Uint8Array {
  const notes = [{ section: ".rodata", owner: "mine", type: 1, description: new Uint8Array(64) }];
  const bytes = buildElf({ ...e, ...TIGHT, buildId: null, stackFlags: null, notes });
  const section = shdr(bytes, ".rodata");
  section.type = SHT.PROGBITS;
  bytes.fill(0, section.offset, section.offset + section.size);
  Object.assign(phdr(bytes, PT.NOTE), { type: PT.GNU_STACK, flags: PF.R | PF.W, offset: 0, filesz: 0, memsz: 0 });
  return bytes;
}

/** A symbol leads to what stands behind the program headers, and so does a relocation. */
function referencedHead(e: TestEncoding): Uint8Array {
  const bytes = buildElf({ ...e, ...RICH, slack: 0, stackFlags: null });
  const { dynamicSymbols, segments } = readElf(bytes);
  const { index } = [...dynamicSymbols!].find((s) => s.name === "answer")!;
  const at = dynamicSymbols!.offset + index * Sym.size(e.class);
  Sym.view(viewOf(bytes), at, e).setExact("value", segments.find((s) => s.type === PT.INTERP)!.exact("vaddr"));
  return bytes;
}

/** The file without its last bytes, which a segment still names. */
const cutOff = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - 10);

/** DT_HASH says that there is one symbol less. */
function otherCount(e: TestEncoding): Uint8Array {
  const bytes = buildElf({ ...e, ...RICH, hash: "both", machine: e.class === 64 ? EM.X86_64 : EM["386"] });
  const { offset } = readElf(bytes).sections.find((s) => s.name === ".hash")!.header;
  const view = viewOf(bytes);
  view.setUint32(offset + 4, view.getUint32(offset + 4, e.littleEndian) - 1, e.littleEndian);
  return bytes;
}

/** A tag that nobody knows leads into the search path. */
function tagInPath(e: TestEncoding): Uint8Array {
  const tag = 0x6abcdef0;
  const bytes = buildElf({ ...e, ...RICH, symbols: [], relocations: [], slack: 0, tags: [{ tag, value: 0 }] });
  dyn(bytes, tag).setExact("val", dyn(bytes, DT.RUNPATH).exact("val") + 4n);
  return bytes;
}

/** Another section takes strings from the table of the symbols' names. */
function sharedNames(e: TestEncoding): Uint8Array {
  const bytes = buildElf({ ...e, ...RICH });
  const strings = readElf(bytes).sections.find((s) => s.name === ".strtab")!.index;
  shdr(bytes, ".comment").link = strings;
  return bytes;
}

/** What a first patch makes, for a second one. */
const PATCHED: readonly Kind[] = [
  ["twice: rich", "some edits", (e) => patch(buildElf({ ...e, ...RICH, slack: 0 }), [setRunpath(LONG)]).bytes],
  ["twice: tight", "some edits", (e) => patch(buildElf({ ...e, ...TIGHT }), [setRunpath(LONG)]).bytes],
  [
    "twice: without sections",
    "some edits",
    (e) => patch(buildElf({ ...e, ...RICH, slack: 0, sectionHeaders: false }), [setRunpath(LONG)]).bytes,
  ],
  [
    "twice: a payload behind the new segment",
    "overlay",
    (e) => {
      const first = buildElf({ ...e, ...RICH, slack: 0, headerGap: 200, overlay: PAYLOAD });
      return concat([patch(first, [setRunpath(LONG)], { overlay: "keep-in-place" }).bytes, PAYLOAD]);
    },
  ],
  ["twice: stripped", "some edits", (e) => patch(buildElf({ ...e, ...RICH }), [stripUnneeded()]).bytes],
  [
    "twice: raised",
    "some edits",
    (e) => patch(squeezed(buildElf({ ...e, ...RICH, pageSize: 65536 })), [raiseAlignment(16384)]).bytes,
  ],
];

/** MIPS has an order of symbols of its own, and tags that count from themselves. */
function mips(e: TestEncoding, hash: "sysv" | "gnu"): Uint8Array {
  const machine = EM.MIPS;
  const tags = [
    { tag: 0x70000013, value: 2 },
    { tag: 0x70000011, value: 9 },
    { tag: 0x70000035, value: 0x100 },
  ];
  return buildElf({ ...e, ...RICH, machine, hash, tags, spareTags: 0 });
}

/** A file with DT_RELR, whose table is the .data of the file. */
function relr(e: TestEncoding): Uint8Array {
  const tags = [
    { tag: DT.RELR, value: 0 },
    { tag: DT.RELRSZ, value: 8 },
    { tag: DT.RELRENT, value: e.class / 8 },
  ];
  const bytes = buildElf({ ...e, ...RICH, tags, relocations: [], spareTags: 0 });
  dyn(bytes, DT.RELR).setExact("val", dyn(bytes, DT.SYMTAB).exact("val"));
  return bytes;
}

/** The same without versions, so that the first version brings a need along. */
function muslRelr(e: TestEncoding): Uint8Array {
  const tags = [{ tag: DT.RELR, value: 0 }];
  return buildElf({ ...e, tags, hash: "both", needed: ["libc.so.6"], symbols: [{ name: "realpath", defined: false }] });
}

/** Fixtures above this size are not tried: hashes of their results would take most of the time. */
const LARGEST_FIXTURE = 100_000;

/** Real programs and libraries, one or two of each machine and linker. */
function fixtures(): Input[] {
  const folder = "fixtures/bin";
  const names = readdirSync(folder).filter((name) => !/-(exec|lib\.so|mold|gold|gold\.so|libc\.so)$/.test(name));
  return names.sort().flatMap((name): Input[] => {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    return bytes.length > LARGEST_FIXTURE ? [] : [{ name, purpose: "few edits", bytes }];
  });
}

/** All files that are patched. */
export function allInputs(): Input[] {
  const kinds: Kind[] = [
    ...BUILT,
    ...GUARDED,
    ...PATCHED,
    ["MIPS", "some edits", (e) => mips(e, "sysv")],
    ["MIPS, gnu hash", "some edits", (e) => mips(e, "gnu")],
    ["DT_RELR", "some edits", relr],
    ["DT_RELR, musl", "some edits", muslRelr],
  ];
  const built = kinds.map(([name, purpose, make, encoding], i): Input => {
    // One class and byte order each, in turn: there are enough files for every part of the sources to meet all four.
    const e = ENCODINGS[encoding ?? i % ENCODINGS.length]!;
    return { name: `${name}, ${e.label}`, purpose, bytes: make(e) };
  });
  return [...built, ...objects(), ...archives(), ...fixtures()];
}
