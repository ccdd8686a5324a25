import { viewOf } from "../../../codec/bytes.js";
import { Rel, Rela, Vernaux, Verneed } from "../../../codec/records.js";
import { gnuHashTable, sysvHashTable } from "../../../image/dynamic/hash.js";
import { hashEntrySize } from "../../../spec/machines.js";
import { PT, SHN, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { type FaultyFile, NothingToBreak, wanted } from "../faulty-file.js";
import type { HostileRecipe } from "../recipe.js";

const HASH = "a DT_HASH";
const GNU_HASH = "a DT_GNU_HASH";
const VERSION_NEEDS = "version needs";
const SECTIONS = "section headers";
const LETTER = 0x61;

function setHashEntry(f: FaultyFile, index: number, value: number): void {
  const { machine, class: c, littleEndian } = f.elf.header;
  const size = hashEntrySize(machine, c);
  const at = wanted(sysvHashTable(f.elf)).offset + index * size;
  if (size === 4) f.setWord(at, value);
  else viewOf(f.bytes).setBigUint64(at, BigInt(value), littleEndian);
}

/** Every record of DT_RELA or DT_REL. */
function eachRelocation(f: FaultyFile, change: (at: number, isRela: boolean) => void): void {
  const isRela = f.dynamic.get(DT.RELA) !== undefined;
  const c = f.elf.header.class;
  const step = isRela ? Rela.size(c) : Rel.size(c);
  const size = Number(wanted(f.dynamic.get(isRela ? DT.RELASZ : DT.RELSZ)));
  const start = f.place(wanted(f.dynamic.get(isRela ? DT.RELA : DT.REL)));
  if (size < step) throw new NothingToBreak();
  for (let at = start; at + step <= Math.min(start + size, f.bytes.length); at += step) change(at, isRela);
}

function fillSection(f: FaultyFile, index: number): void {
  const { offset, size } = f.section(index);
  if (size === 0) throw new NothingToBreak();
  f.bytes.fill(LETTER, offset, offset + size);
}

/** Tables that overlap, chains that do not end, numbers that lie. */
export const tableRecipes = /* @__PURE__ */ (() =>
  ({
    "loads-alike": {
      sentence: "All PT_LOADs map the same bytes to the same addresses.",
      needs: "two PT_LOADs",
      change(f) {
        const [first, ...others] = f.loads;
        wanted(others[0]);
        const { offset, filesz, memsz } = f.segment(first!);
        for (const i of others) {
          Object.assign(f.segment(i), { offset, filesz, memsz });
          f.segment(i).setExact("vaddr", f.segment(first!).exact("vaddr"));
        }
      },
    },
    "sections-alike": {
      sentence: "Every section has all bytes of the file.",
      needs: SECTIONS,
      change(f) {
        wanted(f.sectionsWhere(() => true)[0]);
        for (const i of f.sectionsWhere(() => true)) Object.assign(f.section(i), { offset: 0, size: f.bytes.length });
      },
    },
    "tables-over-header": {
      sentence: "All tables of the dynamic section are at the start of the file.",
      needs: "a dynamic section",
      change(f) {
        const start = f.segment(wanted(f.loads[0])).exact("vaddr");
        for (const { kind, index } of f.dynamic.entries) {
          if (kind === "address") f.entryAt(index).setExact("val", start);
        }
      },
    },
    "dynamic-over-header": {
      sentence: "PT_DYNAMIC is the start of the file.",
      needs: "a PT_DYNAMIC",
      change(f) {
        const load = f.segment(wanted(f.loads[0]));
        f.only(PT.DYNAMIC).offset = load.offset;
        f.only(PT.DYNAMIC).setExact("vaddr", load.exact("vaddr"));
      },
    },
    "link-loop": {
      sentence: "sh_link and sh_info of every section lead to the section itself.",
      needs: SECTIONS,
      change(f) {
        wanted(f.sectionsWhere(() => true)[0]);
        for (const i of f.sectionsWhere(() => true)) Object.assign(f.section(i), { link: i, info: i });
      },
    },
    "link-past-end": {
      sentence: "sh_link and sh_info of every section lead behind the last section.",
      needs: SECTIONS,
      change(f) {
        wanted(f.sectionsWhere(() => true)[0]);
        for (const i of f.sectionsWhere(() => true))
          Object.assign(f.section(i), { link: 0xffff_ffff, info: 0xffff_fffe });
      },
    },
    "entsize-zero": {
      sentence: "sh_entsize of every section is 0.",
      needs: "a section with an sh_entsize",
      change: (f) => f.sectionsWhere((s) => s.exact("entsize") > 0n).forEach((i) => (f.section(i).entsize = 0)),
    },
    "hash-loop": {
      sentence: "Every chain of DT_HASH comes back to its first symbol.",
      needs: `${HASH} with a symbol`,
      change(f) {
        const { buckets, symbols } = wanted(sysvHashTable(f.elf));
        if (symbols < 2) throw new NothingToBreak();
        for (let i = 0; i < buckets; i++) setHashEntry(f, 2 + i, 1);
        for (let i = 1; i < symbols; i++) setHashEntry(f, 2 + buckets + i, i);
      },
    },
    "hash-counts-huge": {
      sentence: "DT_HASH says that it has 2^32-1 buckets and as many symbols.",
      needs: HASH,
      change(f) {
        setHashEntry(f, 0, 0xffff_ffff);
        setHashEntry(f, 1, 0xffff_ffff);
      },
    },
    "hash-past-end": {
      sentence: "Every bucket of DT_HASH leads to symbol 2^31.",
      needs: HASH,
      change(f) {
        const { buckets } = wanted(sysvHashTable(f.elf));
        for (let i = 0; i < buckets; i++) setHashEntry(f, 2 + i, 0x8000_0000);
      },
    },
    "gnu-hash-endless": {
      sentence: "No chain of DT_GNU_HASH has an end.",
      needs: `${GNU_HASH} with a symbol`,
      change(f) {
        const { chainsOffset, first, symbols } = wanted(gnuHashTable(f.elf));
        for (let i = 0; i < wanted(symbols) - first; i++)
          f.setWord(chainsOffset + i * 4, f.word(chainsOffset + i * 4) & ~1);
      },
    },
    "gnu-hash-buckets-huge": {
      sentence: "DT_GNU_HASH says that it has 2^32-1 buckets.",
      needs: GNU_HASH,
      change: (f) => f.setWord(wanted(gnuHashTable(f.elf)).offset, 0xffff_ffff),
    },
    "gnu-hash-first-huge": {
      sentence: "DT_GNU_HASH says that it begins with symbol 2^32-1.",
      needs: GNU_HASH,
      change: (f) => f.setWord(wanted(gnuHashTable(f.elf)).offset + 4, 0xffff_ffff),
    },
    "gnu-hash-bloom-huge": {
      sentence: "DT_GNU_HASH says that its Bloom filter has 2^31 words.",
      needs: GNU_HASH,
      change: (f) => f.setWord(wanted(gnuHashTable(f.elf)).offset + 8, 0x8000_0000),
    },
    "gnu-hash-bloom-none": {
      sentence: "DT_GNU_HASH says that its Bloom filter has no words.",
      needs: GNU_HASH,
      change: (f) => f.setWord(wanted(gnuHashTable(f.elf)).offset + 8, 0),
    },
    "gnu-hash-past-end": {
      sentence: "Every bucket of DT_GNU_HASH leads to symbol 2^31.",
      needs: GNU_HASH,
      change(f) {
        const { chainsOffset, buckets } = wanted(gnuHashTable(f.elf));
        for (let i = 1; i <= buckets; i++) f.setWord(chainsOffset - i * 4, 0x8000_0000);
      },
    },
    "version-loop": {
      sentence: "vn_next and vna_next of the first version need lead back, for what adds them up in 32 bits.",
      needs: VERSION_NEEDS,
      change(f) {
        const need = wanted(f.elf.versionNeeds[0]);
        const back = (from: number) => 2 ** 32 - from;
        f.record(Verneed, need.at).next = back(16);
        for (const { at } of need.versions) f.record(Vernaux, at).next = back(16);
      },
    },
    "version-crowd": {
      sentence: "Records of version needs follow each other by one byte, 65535 of them.",
      needs: VERSION_NEEDS,
      change(f) {
        const need = wanted(f.elf.versionNeeds[0]);
        f.entry(DT.VERNEEDNUM).setExact("val", 0xffff_ffffn);
        Object.assign(f.record(Verneed, need.at), { next: 1, cnt: 0xffff, aux: 1 });
      },
    },
    "version-aux-itself": {
      sentence: "vn_aux of every version need is 0, so that the need is its own version.",
      needs: VERSION_NEEDS,
      change(f) {
        wanted(f.elf.versionNeeds[0]);
        for (const { at } of f.elf.versionNeeds) Object.assign(f.record(Verneed, at), { aux: 0, cnt: 0xffff });
      },
    },
    "symbols-extended": {
      sentence: "Every symbol is in section SHN_XINDEX, and no table says which that is.",
      needs: "a symbol table with its section header",
      change(f) {
        const indexes = f.symbolsWhere(f.elf.symbols, () => true, 4096);
        wanted(indexes[0]);
        for (const i of indexes) f.symbol(f.elf.symbols, i).shndx = SHN.XINDEX;
      },
    },
    "relocations-past-end": {
      sentence: "Every relocation is of symbol 2^24-1, at an address near the end of memory.",
      needs: "relocations (DT_RELA, DT_REL)",
      change: (f) =>
        eachRelocation(f, (at, isRela) => {
          const { machine, class: c } = f.elf.header;
          const info = c === 64 && machine !== 0 ? 0xff_ffff_0000_0001n : 0xffff_ff01n;
          const record = isRela ? f.record(Rela, at) : f.record(Rel, at);
          record.setExact("info", info);
          record.setExact("offset", 2n ** BigInt(c) - 8n);
        }),
    },
    "packed-relocations-huge": {
      sentence:
        "The relocations are packed ones (DT_ANDROID_RELA), which say that there are 2^60 of them in one group.",
      needs: "relocations with a DT_RELA and DT_RELASZ of 24 bytes or more",
      change(f) {
        const start = f.place(wanted(f.dynamic.get(DT.RELA)), 24);
        f.entry(DT.RELA).tag = DT.ANDROID_RELA;
        f.entry(DT.RELASZ).tag = DT.ANDROID_RELASZ;
        // "APS2", the count and the first offset as SLEB128, then a group of as many relocations with nothing of their
        // own.
        const count = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
        f.bytes.set([0x41, 0x50, 0x53, 0x32, ...count, 0, ...count, 1], start);
      },
    },
    "dynamic-null-first": {
      sentence: "The dynamic section begins with DT_NULL.",
      needs: "a dynamic section with an entry",
      change: (f) => (f.entryAt(wanted(f.dynamic.entries[0]).index).tag = DT.NULL),
    },
    "dynamic-all-needed": {
      sentence: "Every entry of the dynamic section is a DT_NEEDED, and no DT_NULL follows.",
      needs: "a dynamic section",
      change(f) {
        const count = f.dynamic.size / (f.elf.header.class / 4);
        for (let i = 0; i < count; i++) f.entryAt(i).tag = DT.NEEDED;
      },
    },
    "names-without-end": {
      sentence: "The string table of the dynamic section has no NUL.",
      needs: "a dynamic section with a string table",
      change(f) {
        const { offset, size } = wanted(f.dynamic.strings);
        f.bytes.fill(LETTER, offset, offset + size);
      },
    },
    "section-names-without-end": {
      sentence: "The table of section names has no NUL.",
      needs: "section headers with names",
      change: (f) => fillSection(f, wanted(f.elf.header.shstrndx || undefined)),
    },
    "symbol-names-without-end": {
      sentence: "The names of the symbol table have no NUL.",
      needs: "a symbol table with its section header",
      change: (f) => fillSection(f, f.section(wanted(f.sectionsWhere((s) => s.type === SHT.SYMTAB)[0])).link),
    },
    "interpreter-without-end": {
      sentence: "PT_INTERP has no NUL.",
      needs: "a PT_INTERP",
      change(f) {
        const { offset, filesz } = f.only(PT.INTERP);
        f.bytes.fill(LETTER, offset, offset + filesz);
      },
    },
    "names-all-long": {
      sentence: "Every dynamic symbol has one name, as long as the string table.",
      needs: "dynamic symbols and a string table",
      change(f) {
        const { offset, size } = wanted(f.dynamic.strings);
        const table = wanted(f.elf.dynamicSymbols);
        f.bytes.fill(LETTER, offset + 1, offset + size - 1);
        for (const i of f.symbolsWhere(table, () => true, table.count)) f.symbol(table, i).name = 1;
      },
    },
  }) as const satisfies Record<string, HostileRecipe>)();
