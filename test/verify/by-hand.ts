import { readFileSync, writeFileSync } from "node:fs";
import type { PhdrView } from "../../src/codec/records.js";
import { DT, ET, PF, PT } from "../../src/index.js";
import { Absent, Damaged, found, type RelaView } from "./damaged.js";
import type { Maker, Named } from "./makers.js";
import type { Subject } from "./subjects.js";
import type { Truth } from "./truth.js";

// Damage as no tool does it: one field, one byte, one record of a table. Where programs do not reach what was changed,
// the truth is stated with the reason.

const isLoad =
  (flags: number) =>
  (p: PhdrView): boolean =>
    p.type === PT.LOAD && p.flags === flags;
const isType =
  (type: number) =>
  (p: PhdrView): boolean =>
    p.type === type;

interface Damage {
  readonly name: string;
  readonly takes: (s: Subject) => boolean;
  readonly change: (d: Damaged) => void;
  readonly edits?: readonly Named[];
  readonly stated?: { readonly truth: Truth; readonly why: string };
  readonly lost?: string;
}

const named =
  (...names: readonly string[]) =>
  (s: Subject): boolean =>
    names.includes(s.name);
const PROGRAMS = named("bfd PIE", "lld PIE", "gold exec", "mold PIE", "s390x exec", "aarch64 PIE", "i386 exec");
const PIES = named("bfd PIE", "lld PIE", "mold PIE", "aarch64 PIE");
const LIBRARIES = named("bfd library", "lld library", "mold library", "s390x library", "aarch64 library");
const TWO = named("bfd PIE", "lld library");
const EXCEPTIONS = named("bfd C++ PIE", "lld C++ PIE", "gold C++ exec");
const STATIC = named("glibc static", "glibc static-pie", "musl static", "musl PIE");

const of = (
  name: string,
  takes: Damage["takes"],
  change: Damage["change"],
  told: Pick<Damage, "edits" | "stated" | "lost"> = {},
): Damage => ({ name, takes, change, ...told });
const broken = (why: string) => ({ stated: { truth: "broken", why } }) as const;
const lost = (text: string, ...edits: readonly Named[]) => ({ lost: text, edits });

/** Bytes of the program's own. */
const BYTES: readonly Damage[] = [
  of(
    "a byte of .rodata",
    (s) => PROGRAMS(s) || STATIC(s),
    (d) => d.flip(d.place("constants") + 5),
  ),
  of("the last byte of .rodata's table", PROGRAMS, (d) => d.flip(d.place("constants") + 699)),
  of(
    "a byte of .data",
    (s) => PROGRAMS(s) || STATIC(s) || LIBRARIES(s),
    (d) => d.flip(d.place("data") + 5),
  ),
  of(
    "a byte of code that no run reaches",
    (s) => PROGRAMS(s) || STATIC(s) || LIBRARIES(s),
    (d) => d.flip(d.place("unreached") + 4),
    broken("an instruction of unreached() is another one"),
  ),
  of("a byte of thread-local data", PROGRAMS, (d) => {
    const { offset } = d.segment(isType(PT.TLS));
    for (let i = 0; i < 16; i++) d.flip(offset + i);
  }),
  of("a byte of .eh_frame_hdr's table", EXCEPTIONS, (d) => {
    const { offset, size } = d.section(".eh_frame_hdr");
    for (let i = 12; i + 4 <= size; i += 8) d.flip(offset + i + 1, 0x7f);
  }),
  of("bytes of .gcc_except_table", EXCEPTIONS, (d) => {
    const { offset, size } = d.section(".gcc_except_table");
    for (let i = 4; i < size; i += 3) d.flip(offset + i);
  }),
  of(
    "the start of .eh_frame",
    EXCEPTIONS,
    (d) => {
      const { offset } = d.section(".eh_frame");
      for (let i = 8; i < 80; i++) d.flip(offset + i);
    },
    broken("what is said of the first functions is wrong; the run unwinds through others"),
  ),
  of("a byte of .plt", named("bfd exec", "gold exec"), (d) => d.flip(d.section(".plt").offset + 17, 0x08)),
  of("a byte of .relr.dyn", named("bfd PIE RELR"), (d) => d.flip(d.section(".relr.dyn").offset, 0x08)),
  of("a bit of .relr.dyn", named("bfd PIE RELR"), (d) => d.flip(d.section(".relr.dyn").offset + 8, 0x02)),
  of("a byte of .comment", TWO, (d) => d.flip(d.section(".comment").offset + 2), lost("not loaded", "comment")),
  of("a byte of .debug_info", TWO, (d) => d.flip(d.section(".debug_info").offset + 40), lost("a debugger reads it")),
  of(
    "a byte of the build ID",
    TWO,
    (d) => d.flip(d.section(".note.gnu.build-id").offset + 20),
    lost("debug files are found by it", "build-id"),
  ),
];

/** The file as a whole. */
const FILES: readonly Damage[] = [
  of(
    "cut off in the loaded bytes",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => {
      const { offset } = d.segment(isLoad(PF.R | PF.W));
      d.bytes = d.bytes.subarray(0, offset - 0x100);
    },
  ),
  of(
    "cut off in the section header table",
    TWO,
    (d) => (d.bytes = d.bytes.subarray(0, d.bytes.length - 100)),
    lost("tools cannot read its sections"),
  ),
  of(
    "bytes appended",
    TWO,
    (d) => (d.bytes = Buffer.concat([d.bytes, Buffer.from("something behind the end")])),
    lost("a program may read what is behind its end", "overlay"),
  ),
  of("a payload that is another one", named("payload PIE"), (d) => d.flip(d.bytes.length - 12)),
  of("a payload cut off", named("payload PIE"), (d) => (d.bytes = d.bytes.subarray(0, d.bytes.length - 19))),
  of("a text without a section changed", named("payload in a segment"), (d) => d.flip(d.bytes.length - 9)),
];

/** Headers. */
const HEADERS: readonly Damage[] = [
  of(
    "e_entry 4 bytes on",
    (s) => PROGRAMS(s) || STATIC(s),
    (d) => (d.header.entry += 4),
    broken("the first instruction is left out"),
  ),
  of("e_entry is main", named("bfd PIE", "gold exec"), (d) => (d.header.entry = d.address("main"))),
  of("e_type", PIES, (d) => (d.header.type = ET.EXEC), broken("mapped at address 0, which only root may")),
  of("e_machine", PROGRAMS, (d) => (d.header.machine = 3 ^ d.header.machine)),
  of("e_flags", TWO, (d) => (d.header.flags = 1), lost("another machine's variant reads it", "flags")),
  of("EI_OSABI", TWO, (d) => (d.bytes[7] = 9), {
    edits: ["osabi"],
    stated: { truth: "told", why: "a tool may set it on purpose; ld.so refuses the file" },
  }),
  of("e_phnum one less", PROGRAMS, (d) => (d.header.phnum -= 1), lost("the last program header is gone")),
  of(
    "a PT_LOAD is PT_NULL",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => {
      d.segment(isLoad(PF.R | PF.W)).type = PT.NULL;
    },
  ),
  of(
    "the first PT_LOAD ends early",
    named("bfd PIE", "lld library"),
    (d) => {
      const p = d.segment(isType(PT.LOAD));
      p.filesz = p.memsz = 0x200;
    },
    lost("its tables are in no PT_LOAD, though the page that is mapped has them"),
  ),
  of("p_offset of a PT_LOAD a page on", PROGRAMS, (d) => (d.segment(isLoad(PF.R | PF.W)).offset += 0x1000)),
  of(
    "p_memsz of the writable PT_LOAD cut",
    PROGRAMS,
    (d) => {
      const p = d.segment((s) => isLoad(PF.R | PF.W)(s) && s.memsz > s.filesz);
      p.memsz = p.filesz;
    },
    broken(".bss is in no PT_LOAD; where the page has room, a run does not show it"),
  ),
  of(
    "code is writable",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.segment(isLoad(PF.R | PF.X)).flags |= PF.W),
    lost("the rights of pages are others: code can be overwritten"),
  ),
  of(
    "read-only data is executable",
    named("bfd PIE", "lld PIE"),
    (d) => (d.segment(isLoad(PF.R)).flags |= PF.X),
    lost("the rights of pages are others: data can be executed"),
  ),
  of("code is not executable", PROGRAMS, (d) => (d.segment(isLoad(PF.R | PF.X)).flags = PF.R)),
  of("data is not writable", PROGRAMS, (d) => {
    const all = d.elf.segments.filter((s) => s.type === PT.LOAD && s.flags === (PF.R | PF.W));
    for (let i = 0; i < all.length; i++) d.segment(isLoad(PF.R | PF.W)).flags = PF.R;
  }),
  of(
    "p_align of a PT_LOAD",
    named("bfd library", "lld library"),
    (d) => (d.segment(isLoad(PF.R | PF.W)).align = 0x200000),
    lost("p_offset and p_vaddr differ modulo p_align: other loaders refuse it"),
  ),
  of(
    "PT_TLS without its zeros",
    PROGRAMS,
    (d) => {
      const p = d.segment(isType(PT.TLS));
      p.memsz = p.filesz;
    },
    broken("thread-local zeros lie where others are"),
  ),
  of("PT_TLS without its bytes", PROGRAMS, (d) => (d.segment(isType(PT.TLS)).filesz = 0)),
  of(
    "PT_TLS aligned to 1",
    PROGRAMS,
    (d) => (d.segment(isType(PT.TLS)).align = 1),
    broken("a variable that is aligned to 64 may not be"),
  ),
  of(
    "PT_DYNAMIC is PT_NULL",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => {
      d.segment(isType(PT.DYNAMIC)).type = PT.NULL;
    },
  ),
  of("PT_PHDR leads elsewhere", PIES, (d) => (d.segment(isType(PT.PHDR)).vaddr += 0x1000)),
  of("PT_GNU_EH_FRAME is PT_NULL", EXCEPTIONS, (d) => (d.segment(isType(PT.GNU_EH_FRAME)).type = PT.NULL)),
  of(
    "PT_GNU_STACK executable",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.segment(isType(PT.GNU_STACK)).flags = 7),
    lost("the stack is executable", "stack"),
  ),
  of(
    "PT_GNU_RELRO is PT_NULL",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.segment(isType(PT.GNU_RELRO)).type = PT.NULL),
    lost("relocated data stays writable", "relro"),
  ),
  of(
    "PT_GNU_RELRO two pages longer",
    named("bfd PIE", "lld PIE", "gold exec"),
    (d) => {
      d.segment(isType(PT.GNU_RELRO)).memsz += 0x2000;
    },
    broken("data that is written is made read-only"),
  ),
  of("PT_NOTE is PT_NULL", TWO, (d) => (d.segment(isType(PT.NOTE)).type = PT.NULL), lost("notes are not found")),
  of("the interpreter's name", PROGRAMS, (d) => d.flip(d.segment(isType(PT.INTERP)).offset + 2), {
    ...lost("a tool may set it on purpose", "interpreter"),
    stated: { truth: "told", why: "another interpreter, which is not there; a tool may set it on purpose" },
  }),
];

/** The dynamic section, and the tables that it leads to. */
const TABLES: readonly Damage[] = [
  of(
    "two constructors change places",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => {
      const { addr, offset } = d.section(".init_array");
      const size = d.elf.header.class / 8;
      const [a, b] = [offset + size, offset + 2 * size];
      const isRelocated = d.elf.header.type === ET.DYN;
      if (isRelocated) {
        const [first, second] = [d.relocationAt(addr), d.relocationAt(addr + size)];
        [first.addend, second.addend] = [second.addend, first.addend];
      } else {
        const [first, second] = [a - size, a].map((at) => Buffer.from(d.bytes.subarray(at, at + size)));
        second!.copy(d.bytes, a - size);
        first!.copy(d.bytes, b - size);
      }
    },
  ),
  of(
    "DT_INIT_ARRAYSZ 0",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.tag(DT.INIT_ARRAYSZ).val = 0),
  ),
  of(
    "DT_FINI_ARRAYSZ 0",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.tag(DT.FINI_ARRAYSZ).val = 0),
  ),
  of("DT_INIT 4 bytes on", TWO, (d) => (d.tag(DT.INIT).val += 4), broken("the code that runs first is other code")),
  of(
    "DT_STRTAB a byte on",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.tag(DT.STRTAB).val += 1),
  ),
  of(
    "DT_SYMTAB an entry on",
    (s) => PROGRAMS(s) || LIBRARIES(s),
    (d) => (d.tag(DT.SYMTAB).val += 24),
  ),
  of("DT_RELASZ an entry less", PIES, (d) => (d.tag(DT.RELASZ).val -= 24), broken("a relocation is not done")),
  of("DT_RELACOUNT too large", PIES, (d) => (d.tag(DT.RELACOUNT).val += 4)),
  of("DT_PLTRELSZ two entries less", named("bfd PIE", "gold exec", "s390x exec"), (d) => {
    d.tag(DT.PLTRELSZ).val -= 48;
  }),
  of("DT_NEEDED gone", PROGRAMS, (d) => (d.tag(DT.NEEDED).tag = 0x6ffffef9)),
  of("DT_FLAGS_1 NOW", named("bfd PIE"), (d) => (d.tag(DT.FLAGS_1).val |= 1), { edits: ["flags"] }),
  of("DT_VERSYM an entry on", LIBRARIES, (d) => (d.tag(DT.VERSYM).val += 2)),
  of("DT_VERDEF gone", LIBRARIES, (d) => (d.tag(DT.VERDEF).tag = 0x6ffffef9)),
  of("DT_GNU_HASH gone", LIBRARIES, (d) => (d.tag(DT.GNU_HASH).tag = 0x6ffffef9)),
  of("DT_PLTGOT a word on", named("gold exec", "bfd exec"), (d) => (d.tag(DT.PLTGOT).val += 8)),
  of("a relocation's addend", PIES, (d) => (d.relocationAt(d.address("words") + 8).addend += 1)),
  of("a relocation's place", PIES, (d) => (d.relocationAt(d.address("words") + 8).offset += 8)),
  of(
    "a relocation is none",
    PIES,
    (d) => (d.relocationAt(d.address("words") + 16).info = 0),
    broken("the pointer stays as it is, where the loader looks at the type of relative relocations"),
  ),
  of("two imports change places", named("bfd PIE", "gold exec", "s390x exec", "lld PIE"), (d) => {
    const [a, b] = d.relocations(".rela.plt");
    [found(a).info, found(b).info] = [found(b).info, found(a).info];
  }),
  of(
    "an IRELATIVE's function",
    named("bfd PIE", "lld PIE", "glibc static"),
    (d) => {
      const irelative = (r: RelaView) => (r.info & 0xff) === 37;
      const name = d.elf.sections.some((s) => s.name === ".rela.plt") ? ".rela.plt" : ".rela.dyn";
      const all = [...d.relocations(name), ...(name === ".rela.plt" ? safely(() => d.relocations(".rela.dyn")) : [])];
      found(all.find(irelative)).addend += 1;
    },
    broken("the resolver begins a byte on; where that is an endbr64, it is another instruction"),
  ),
  of("the version that is needed", PROGRAMS, (d) => {
    const version = found(d.elf.versionNeeds[0]?.versions[0]);
    d.flip(version.at);
  }),
  of(
    "a needed version is weak",
    PROGRAMS,
    (d) => {
      const version = found(d.elf.versionNeeds[0]?.versions[0]);
      d.flip(version.at + (d.elf.header.littleEndian ? 4 : 5), 2);
    },
    lost("the loader does not insist on the version"),
  ),
  of("a defined version's hash", LIBRARIES, (d) => {
    const definition = found(d.elf.versionDefinitions[1]);
    d.flip(definition.at + 8);
  }),
  of("a defined version's number", LIBRARIES, (d) => {
    const definition = found(d.elf.versionDefinitions[2]);
    d.flip(definition.at + (d.elf.header.littleEndian ? 4 : 5), 4);
  }),
  of("a symbol's version", LIBRARIES, (d) => {
    const { index } = d.dynamicSymbol("answer");
    d.flip(d.section(".gnu.version").offset + 2 * index + (d.elf.header.littleEndian ? 0 : 1), 1);
  }),
  of("a symbol without its version", LIBRARIES, (d) => {
    const { index } = d.dynamicSymbol("answer");
    d.bytes.fill(0, d.section(".gnu.version").offset + 2 * index, d.section(".gnu.version").offset + 2 * index + 2);
  }),
  of("a symbol's value", LIBRARIES, (d) => {
    const [a, b] = [d.dynamicSymbol("f3").view, d.dynamicSymbol("f4").view];
    [a.value, b.value] = [b.value, a.value];
  }),
  of(
    "a symbol's size",
    LIBRARIES,
    (d) => (d.dynamicSymbol("object").view.size = 2),
    lost("a program that copies the object gets half of it"),
  ),
  of("a symbol's name", LIBRARIES, (d) => {
    const { view } = d.dynamicSymbol("f17");
    d.flip(found(d.elf.offsetOf(found(d.elf.dynamic?.get(DT.STRTAB)))) + view.name);
  }),
  of(
    "a symbol is undefined",
    LIBRARIES,
    (d) => (d.dynamicSymbol("f5").view.shndx = 0),
    broken("linkers and musl pass over it; glibc goes by its value"),
  ),
  of("a symbol is local", LIBRARIES, (d) => (d.dynamicSymbol("f5").view.info &= 15), lost("others cannot bind to it")),
  of("a symbol is weak", LIBRARIES, (d) => (d.dynamicSymbol("f5").view.info = 0x22), lost("a linker may take another")),
  of("a symbol is hidden", LIBRARIES, (d) => (d.dynamicSymbol("f6").view.other = 2), lost("linkers do not see it")),
  of("a symbol's type", LIBRARIES, (d) => (d.dynamicSymbol("object").view.info = 0x16)),
  of("an empty hash bucket", LIBRARIES, (d) => d.setWord(d.bucket(), 0)),
  of("a bucket that begins late", LIBRARIES, (d) => d.setWord(d.bucket(), d.word(d.bucket()) + 1)),
  of("an empty bloom filter", LIBRARIES, (d) => {
    const { bloom, buckets } = d.gnuHash();
    d.bytes.fill(0, bloom, buckets);
  }),
  of("a hash in a chain", LIBRARIES, (d) => {
    const { chains, first } = d.gnuHash();
    const at = chains + 4 * (d.dynamicSymbol("f9").index - first);
    d.setWord(at, d.word(at) ^ 0x10);
  }),
  of("a chain that ends early", LIBRARIES, (d) => {
    const { chains, first } = d.gnuHash();
    const count = found(d.elf.dynamicSymbols).count - first;
    const places = Array.from({ length: count }, (_, i) => chains + 4 * i);
    const at = found(places.find((place) => (d.word(place) & 1) === 0));
    d.setWord(at, d.word(at) | 1);
  }),
  of(
    "a symbol of .symtab",
    TWO,
    (d) => (d.symbol("unreached").value += 16),
    lost("debuggers and profilers go by it", "symtab"),
  ),
];

function safely<T>(f: () => T[]): T[] {
  try {
    return f();
  } catch {
    return [];
  }
}

/** The damage to a file as a maker of a pair. */
const asMaker = ({ name, takes, change, edits = [], stated, lost: text }: Damage): Maker => ({
  by: "by hand",
  name,
  edits,
  takes,
  ...(stated ? { stated } : {}),
  ...(text === undefined ? {} : { lost: () => text }),
  make: (path) => {
    const damaged = new Damaged(readFileSync(path));
    try {
      change(damaged);
    } catch (e) {
      if (e instanceof Absent) return false;
      throw e;
    }
    writeFileSync(path, damaged.bytes);
    return true;
  },
});

/** Everything that is done to files by hand. */
export const byHand = (): Maker[] => [...BYTES, ...FILES, ...HEADERS, ...TABLES].map(asMaker);
