import { describe, expect, it } from "vitest";
import { Dyn, Nhdr, Phdr, Shdr, type SymView, Vernaux } from "../../src/codec/records.js";
import { check, checkRules, type Finding } from "../../src/check/check.js";
import { gnuHashTable, sysvHashTable } from "../../src/image/dynamic/hash.js";
import { readElf } from "../../src/image/read-elf.js";
import { EM, ET, PF, PT, SHT, STT } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { fixture } from "../support/elf.js";
import { type Corruptible, findingsOf } from "./corrupt.js";

const DT_MIPS_RLD_MAP_REL = 0x70000035;

const PIE = "x86_64-glibc-pie";
const LIB = "x86_64-glibc-lib.so";
const EXEC = "x86_64-glibc-exec";
const OBJECT = "x86_64-object.o";

/** What pages of 64 KiB mean for the PIE. */
const LARGEST_PAGE = ["0x1000", "0x2000", "0x3dd0"].map((address) => `load-largest-page PT_LOAD ${address}`);

/** Fixture, corruption, and everything that is found of it: `rule at`. */
type Case = readonly [
  rule: string,
  file: string,
  how: string,
  corrupt: (c: Corruptible) => void,
  found: readonly string[],
];

function on(rule: string, file: string, how: string, corrupt: (c: Corruptible) => void, ...found: string[]): Case {
  return [rule, file, how, corrupt, found];
}

const loads: Case[] = [
  on(
    "load-in-file",
    PIE,
    "p_filesz and p_memsz of the last PT_LOAD raised",
    (c) => {
      c.load(-1).filesz += 0x8000;
      c.load(-1).memsz += 0x8000;
    },
    "load-in-file PT_LOAD 0x3dd0",
    "load-tail PT_LOAD 0x3dd0",
  ),
  on(
    "load-sizes",
    PIE,
    "p_memsz below p_filesz",
    (c) => (c.load(1).memsz -= 1),
    "load-sizes PT_LOAD 0x1000",
    "section-mapped section .fini",
  ),
  on("load-align", PIE, "p_align of 3 pages", (c) => (c.load(0).align = 0x3000), "load-align PT_LOAD 0x0"),
  on("load-page-align", PIE, "p_align of half a page", (c) => (c.load(0).align = 0x800), "load-page-align PT_LOAD 0x0"),
  on(
    "load-congruent",
    PIE,
    "p_align larger than p_vaddr - p_offset",
    (c) => (c.load(-1).align = 0x2000),
    "load-congruent PT_LOAD 0x3dd0",
    "load-largest-page PT_LOAD 0x1000",
    "load-largest-page PT_LOAD 0x3dd0",
  ),
  on("load-order", PIE, "two PT_LOADs exchanged", (c) => swap(c, 1, 2), "load-order PT_LOAD 0x1000"),
  on(
    "load-overlap",
    PIE,
    "p_memsz into the next PT_LOAD",
    (c) => (c.load(1).memsz = 0x1001),
    "load-overlap PT_LOAD 0x2000",
    "load-tail PT_LOAD 0x1000",
  ),
  on(
    "load-page",
    PIE,
    "p_memsz into the page of the next PT_LOAD",
    (c) => (c.load(2).memsz = 0x1100),
    "load-page PT_LOAD 0x3dd0",
    "load-tail PT_LOAD 0x2000",
  ),
  on("load-largest-page", PIE, "p_align of 64 KiB", (c) => (c.load(0).align = 0x10000), ...LARGEST_PAGE),
];

const phdrs: Case[] = [
  on(
    "phdr-mapped",
    PIE,
    "the table moved behind all segments",
    (c) => moveTable(c),
    "phdr-mapped program header table",
    "phdr-offset program header table",
    "phdr-segment PT_PHDR",
    "phdr-strip program header table",
    "first-page program header table",
  ),
  on(
    "phdr-segment",
    PIE,
    "PT_PHDR one entry short",
    (c) => (c.phdr(PT.PHDR).filesz -= Phdr.size(64)),
    "phdr-segment PT_PHDR",
  ),
  on("phdr-first", PIE, "PT_PHDR behind a PT_LOAD", (c) => swapEntries(c, 0, 2), "phdr-first PT_PHDR"),
  on(
    "phdr-old-kernel",
    PIE,
    "the PT_LOAD of the table behind another delta",
    (c) => oldKernel(c),
    "phdr-old-kernel program header table",
    "load-order PT_LOAD 0x0",
    "load-order PT_LOAD 0x1000",
  ),
  on(
    "phdr-offset",
    LIB,
    "the table moved behind all segments",
    (c) => moveTable(c),
    "phdr-offset program header table",
    "phdr-strip program header table",
    "first-page program header table",
  ),
  on(
    "phdr-strip",
    LIB,
    "a loaded section at the ELF header's end",
    (c) => (c.section(".gnu.hash").offset = 0x40),
    "phdr-strip program header table",
    "section-mapped section .gnu.hash",
  ),
  on(
    "first-page",
    LIB,
    "the table moved behind all segments",
    (c) => moveTable(c),
    "phdr-offset program header table",
    "phdr-strip program header table",
    "first-page program header table",
  ),
];

const coverage: Case[] = [
  on(
    "load-section",
    PIE,
    "the sections of a PT_LOAD not loaded",
    (c) => [".rodata", ".eh_frame", ".eh_frame_hdr"].forEach((n) => (c.section(n).flags = 0)),
    "load-section PT_LOAD 0x2000",
  ),
  on(
    "section-mapped",
    PIE,
    "sh_offset of a loaded section",
    (c) => (c.section(".got").offset += 8),
    "section-mapped section .got",
    "section-overlap section .got.plt",
  ),
  on(
    "section-mapped",
    PIE,
    "sh_addr outside every PT_LOAD",
    (c) => (c.section(".rodata").addr = 0x100000),
    "section-mapped section .rodata",
  ),
  on(
    "nobits-zero",
    PIE,
    "file bytes for .bss that are not zero",
    (c) => (c.load(-1).filesz = c.load(-1).memsz),
    "nobits-zero section .bss",
  ),
  on(
    "load-tail",
    PIE,
    "p_memsz behind the last section",
    (c) => (c.load(-1).memsz += 0x10),
    "load-tail PT_LOAD 0x3dd0",
  ),
];

const sections: Case[] = [
  on(
    "section-table",
    PIE,
    "e_shentsize of another class",
    (c) => (c.header.shentsize = 40),
    "section-table section header table",
  ),
  on(
    "section-table",
    "powerpc-glibc-exec",
    "e_shoff past the end of the file",
    (c) => (c.header.shoff = 0x7fff0000),
    "section-table section header table",
  ),
  on(
    "section-table",
    LIB,
    "a size that no file has",
    (c) => c.section(".comment").setExact("size", 2n ** 60n),
    "section-table section header table",
  ),
  on("section-zero", LIB, "an sh_type", (c) => (c.section("").type = SHT.PROGBITS), "section-zero section header 0"),
  on(
    "section-in-file",
    PIE,
    "sh_size past the end of the file",
    (c) => (c.section(".comment").size = 0x10000),
    "section-in-file section .comment",
    "section-overlap section .symtab",
    "section-overlap section .strtab",
    "section-overlap section .shstrtab",
  ),
  on(
    "section-overlap",
    PIE,
    "sh_size into the next section",
    (c) => (c.section(".comment").size += 0x10),
    "section-overlap section .symtab",
  ),
  on(
    "section-overlap",
    OBJECT,
    "sh_size into the next section",
    (c) => (c.section(".text").size += 0x20),
    "section-overlap section .rodata.str1.1",
    "section-overlap section .comment",
  ),
  on(
    "section-link",
    PIE,
    "sh_link behind the last section",
    (c) => (c.section(".symtab").link = 99),
    "section-link section .symtab",
  ),
  on(
    "section-name",
    PIE,
    "sh_name outside the table",
    (c) => (c.section(".comment").name = 0xffff),
    "section-name section [27]",
  ),
  on(
    "symbol-section",
    PIE,
    "st_shndx behind the last section",
    (c) => (c.symbol(".symtab", 3).shndx = 99),
    "symbol-section section .symtab",
  ),
  on(
    "symbol-section",
    OBJECT,
    "st_shndx behind the last section",
    (c) => (c.symbol(".symtab", 1).shndx = 99),
    "symbol-section section .symtab",
  ),
  on(
    "symbol-locals",
    PIE,
    "sh_info one less",
    (c) => (c.section(".symtab").info -= 1),
    "symbol-locals section .symtab",
  ),
  on(
    "section-symbol",
    "s390x-glibc-pie",
    "st_value of a section symbol",
    (c) => (sectionSymbol(c).value += 0x10),
    "section-symbol section .init",
  ),
];

const parts: Case[] = [
  on(
    "segment-mapped",
    PIE,
    "PT_GNU_EH_FRAME with another p_offset",
    (c) => (c.phdr(PT.GNU_EH_FRAME).offset += 4),
    "segment-mapped PT_GNU_EH_FRAME",
  ),
  on(
    "segment-mapped",
    PIE,
    "PT_INTERP outside every PT_LOAD",
    (c) => (c.phdr(PT.INTERP).vaddr = 0x100000),
    "segment-mapped PT_INTERP",
  ),
  on(
    "segment-mapped",
    PIE,
    "PT_GNU_PROPERTY past the file bytes of its PT_LOAD",
    (c) => (c.phdr(PT.GNU_PROPERTY).filesz = 0x2000),
    "segment-mapped PT_GNU_PROPERTY",
  ),
  on(
    "segment-mapped",
    PIE,
    "PT_GNU_RELRO past the pages of its PT_LOAD",
    (c) => (c.phdr(PT.GNU_RELRO).memsz = 0x99999),
    "segment-mapped PT_GNU_RELRO",
  ),
  on(
    "segment-mapped",
    "s390x-glibc-exec",
    "PT_GNU_RELRO a page past its PT_LOAD",
    (c) => (c.phdr(PT.GNU_RELRO).memsz += c.load(-1).align + 0x1000),
    "segment-mapped PT_GNU_RELRO",
  ),
  on("interp-path", PIE, "PT_INTERP without its NUL", (c) => (c.phdr(PT.INTERP).filesz -= 1), "interp-path PT_INTERP"),
  on("interp-path", PIE, "an empty PT_INTERP", (c) => (c.phdr(PT.INTERP).filesz = 0), "interp-path PT_INTERP"),
  on(
    "note-records",
    LIB,
    "n_descsz past the end",
    (c) => (c.record(Nhdr, c.phdr(PT.NOTE).offset).descsz = 0x100),
    "note-records PT_NOTE",
  ),
  on(
    "note-sections",
    LIB,
    "a note section moved, its PT_NOTE not",
    (c) => {
      c.section(".note.gnu.build-id").offset -= 4;
      c.section(".note.gnu.build-id").addr -= 4;
    },
    "note-sections PT_NOTE",
    "phdr-strip program header table",
  ),
];

const dynamic: Case[] = [
  on(
    "dynamic-hanging",
    EXEC,
    "p_filesz before .rela.plt, which is loaded with its last page",
    (c) => Object.assign(c.load(0), { filesz: 0x5b0, memsz: 0x5b0 }),
    "dynamic-hanging DT_JMPREL",
    "section-mapped section .rela.dyn",
    "section-mapped section .rela.plt",
  ),
  on(
    "dynamic-section",
    PIE,
    "SHT_DYNAMIC one entry short",
    (c) => (c.section(".dynamic").size -= Dyn.size(64)),
    "dynamic-section section .dynamic",
  ),
  on(
    "dynamic-strtab",
    PIE,
    "sh_link to .dynsym",
    (c) => (c.section(".dynamic").link -= 1),
    "dynamic-strtab section .dynamic",
  ),
  on(
    "dynamic-writable",
    PIE,
    "its PT_LOAD read-only",
    (c) => (c.load(-1).flags = PF.R),
    "dynamic-writable PT_DYNAMIC",
    "bss-writable PT_LOAD 0x3dd0",
  ),
  on(
    "dynamic-relro",
    PIE,
    "PT_GNU_RELRO ends before it",
    (c) => (c.phdr(PT.GNU_RELRO).memsz = 0x20),
    "dynamic-relro PT_DYNAMIC",
  ),
  on(
    "dynamic-address",
    PIE,
    "DT_FINI outside every PT_LOAD",
    (c) => (c.tag(DT.FINI).val = 0x100000),
    "dynamic-address DT_FINI",
  ),
  on(
    "dynamic-target",
    LIB,
    "DT_VERDEF left behind",
    (c) => (c.tag(DT.VERDEF).val = c.tag(DT.VERNEED).val),
    "dynamic-target DT_VERDEF",
    "readable version definitions",
  ),
  on(
    "mips-rld-map",
    PIE,
    "DT_MIPS_RLD_MAP_REL to read-only memory",
    (c) => mips(c, 0x100),
    "mips-rld-map DT_MIPS_RLD_MAP_REL",
    ...LARGEST_PAGE,
  ),
  on(
    "strtab-end",
    PIE,
    "DT_STRSZ one less",
    (c) => (c.tag(DT.STRSZ).val -= 1),
    "strtab-end DT_STRTAB",
    "dynamic-strtab section .dynamic",
  ),
  on(
    "string-tag",
    PIE,
    "DT_NEEDED outside DT_STRTAB",
    (c) => (c.tag(DT.NEEDED).val = 0x1000),
    "string-tag DT_NEEDED",
    "readable rule version-needed",
  ),
  on(
    "string-symbol",
    PIE,
    "st_name outside DT_STRTAB",
    (c) => (c.symbol(".dynsym", 2).name = 0x1000),
    "string-symbol DT_SYMTAB",
  ),
  on(
    "dynamic-symbol",
    PIE,
    "_DYNAMIC elsewhere",
    (c) => (c.symbol(".symtab", symbolIndex(c, "_DYNAMIC")).value += 8),
    "dynamic-symbol _DYNAMIC",
  ),
  on(
    "dynamic-got",
    PIE,
    "the first word of .got.plt elsewhere",
    (c) => (c.bytes[c.section(".got.plt").offset]! ^= 8),
    "dynamic-got DT_PLTGOT",
  ),
  on("readable", PIE, "no terminating DT_NULL", (c) => fillSpares(c), "readable dynamic section"),
  on(
    "readable",
    LIB,
    "the name of a version outside DT_STRTAB",
    (c) => (c.record(Vernaux, c.elf.versionNeeds[0]!.versions[0]!.at).name = 0x1000),
    "readable version needs",
  ),
];

const versions: Case[] = [
  on("version-count", LIB, "DT_VERNEEDNUM of 2", (c) => (c.tag(DT.VERNEEDNUM).val = 2), "version-count DT_VERNEEDNUM"),
  on(
    "version-count",
    LIB,
    "DT_VERDEFNUM of 2",
    (c) => (c.tag(DT.VERDEFNUM).val = 2),
    "version-count DT_VERDEFNUM",
    "version-index DT_VERSYM",
  ),
  on("version-count", LIB, "vn_cnt of 2", (c) => (c.need().cnt = 2), "version-count version needs of libc.so.6"),
  on(
    "version-revision",
    LIB,
    "vn_version of 2",
    (c) => (c.need().version = 2),
    "version-revision version needs of libc.so.6",
  ),
  on(
    "version-revision",
    LIB,
    "vd_version of 2",
    (c) => (c.definition(1).version = 2),
    "version-revision version definition ELFWRIGHT_1.0",
  ),
  on(
    "version-hash",
    LIB,
    "vna_hash changed",
    (c) => (c.record(Vernaux, c.elf.versionNeeds[0]!.versions[0]!.at).hash ^= 1),
    "version-hash version needs of libc.so.6",
  ),
  on(
    "version-hash",
    LIB,
    "vd_hash changed",
    (c) => (c.definition(2).hash ^= 1),
    "version-hash version definition ELFWRIGHT_2.0",
  ),
  on(
    "version-needed",
    LIB,
    "DT_NEEDED with another name",
    (c) => (c.tag(DT.NEEDED).val += 1),
    "version-needed version needs of libc.so.6",
  ),
  on(
    "version-relr",
    PIE,
    "a DT_RELR, and none of its versions GLIBC_ABI_DT_RELR",
    (c) => (c.tag(DT.DEBUG).tag = DT.RELR),
    "version-relr version needs of libc.so.6",
  ),
  on(
    "version-index",
    LIB,
    "vna_other changed",
    (c) => (c.record(Vernaux, c.elf.versionNeeds[0]!.versions[0]!.at).other += 9),
    "version-index DT_VERSYM",
  ),
];

const protection: Case[] = [
  on(
    "bss-writable",
    "x86_64-glibc-static",
    "the PT_LOAD of .bss read-only",
    (c) => (c.load(-1).flags = PF.R),
    "bss-writable PT_LOAD 0x4a16d8",
  ),
  on(
    "load-wx",
    EXEC,
    "a PT_LOAD writable and executable",
    (c) => (c.load(1).flags |= PF.W),
    "load-wx PT_LOAD 0x401000",
  ),
  on(
    "exec-stack",
    EXEC,
    "PT_GNU_STACK executable",
    (c) => (c.phdr(PT.GNU_STACK).flags |= PF.X),
    "exec-stack PT_GNU_STACK",
  ),
];

const start: Case[] = [
  on("entry-executable", PIE, "outside every PT_LOAD", (c) => (c.header.entry = 0xffffff), "entry-executable e_entry"),
  on(
    "entry-executable",
    PIE,
    "in a writable PT_LOAD",
    (c) => (c.header.entry = c.load(-1).vaddr + 8),
    "entry-executable e_entry",
  ),
  on("entry-executable", PIE, "of a PIE 0", (c) => (c.header.entry = 0), "entry-executable e_entry"),
  on(
    "entry-executable",
    "x86_64-glibc-static",
    "in a read-only PT_LOAD",
    (c) => (c.header.entry = c.load(0).vaddr + 0x100),
    "entry-executable e_entry",
  ),
  on(
    "entry-executable",
    "x86_64-musl-static-pie",
    "outside every PT_LOAD",
    (c) => (c.header.entry = 0x7000000),
    "entry-executable e_entry",
  ),
  on(
    "entry-executable",
    "s390x-glibc-exec",
    "in a writable PT_LOAD",
    (c) => (c.header.entry = c.load(-1).vaddr),
    "entry-executable e_entry",
  ),
  on("relocation-size", PIE, "DT_RELASZ of 25", (c) => (c.tag(DT.RELASZ).val = 25), "relocation-size DT_RELASZ"),
  on("relocation-size", PIE, "DT_RELAENT of 7", (c) => (c.tag(DT.RELAENT).val = 7), "relocation-size DT_RELAENT"),
  on(
    "relocation-size",
    PIE,
    "DT_PLTRELSZ one more",
    (c) => (c.tag(DT.PLTRELSZ).val += 1),
    "relocation-size DT_PLTRELSZ",
  ),
  on(
    "relocation-size",
    "i386-glibc-pie",
    "DT_RELENT of a Rela, DT_RELSZ and DT_PLTRELSZ half an entry more",
    (c) => {
      c.tag(DT.RELENT).val = 12;
      c.tag(DT.RELSZ).val += 4;
      c.tag(DT.PLTRELSZ).val += 4;
    },
    "relocation-size DT_RELENT",
    "relocation-size DT_RELSZ",
    "relocation-size DT_PLTRELSZ",
  ),
  on(
    "relocation-size",
    "mips64el-glibc-pie",
    "DT_RELSZ half an entry more",
    (c) => (c.tag(DT.RELSZ).val += 8),
    "relocation-size DT_RELSZ",
  ),
  on(
    "relocation-size",
    PIE,
    "DT_RELRSZ and DT_RELRENT of 32 bits",
    (c) => {
      Object.assign(c.tag(DT.DEBUG), { tag: DT.RELRSZ, val: 12 });
      Object.assign(c.spareTag(), { tag: DT.RELRENT, val: 4 });
    },
    "relocation-size DT_RELRSZ",
    "relocation-size DT_RELRENT",
  ),
  on("entry-size", PIE, "DT_SYMENT of 16", (c) => (c.tag(DT.SYMENT).val = 16), "entry-size DT_SYMENT"),
  on("entry-size", PIE, "DT_INIT_ARRAYSZ of 3", (c) => (c.tag(DT.INIT_ARRAYSZ).val = 3), "entry-size DT_INIT_ARRAYSZ"),
  on(
    "entry-size",
    "powerpc-glibc-pie",
    "DT_FINI_ARRAYSZ of 6, DT_SYMENT of a 64-bit symbol",
    (c) => {
      c.tag(DT.FINI_ARRAYSZ).val = 6;
      c.tag(DT.SYMENT).val = 24;
    },
    "entry-size DT_FINI_ARRAYSZ",
    "entry-size DT_SYMENT",
  ),
];

const MIPS = "mips64el-glibc-lib.so";

const hashes: Case[] = [
  on("hash-table", LIB, "DT_GNU_HASH without buckets", (c) => setGnuWord(c, 0, 0), "hash-table DT_GNU_HASH"),
  on(
    "hash-table",
    LIB,
    "symoffset past the symbols",
    (c) => setGnuWord(c, 1, 9999),
    "hash-table DT_GNU_HASH",
    "hash-symbol DT_GNU_HASH",
  ),
  on(
    "hash-table",
    LIB,
    "symoffset past a bucket",
    (c) => setGnuWord(c, 1, gnuHashTable(c.elf)!.first + 1),
    "hash-table DT_GNU_HASH",
    "hash-symbol DT_GNU_HASH",
  ),
  on("hash-table", LIB, "no Bloom words", dropBloom, "hash-table DT_GNU_HASH"),
  on("hash-table", MIPS, "DT_HASH without buckets", (c) => setSysvWord(c, 0, 0), "hash-table DT_HASH"),
  on("hash-symbol", LIB, "the Bloom filter all zero", clearBloom, "hash-symbol DT_GNU_HASH"),
  on("hash-symbol", "s390x-glibc-lib.so", "the Bloom filter all zero", clearBloom, "hash-symbol DT_GNU_HASH"),
  on("hash-symbol", LIB, "all buckets empty", clearBuckets, "hash-symbol DT_GNU_HASH"),
  on("hash-symbol", "powerpc-glibc-lib.so", "all buckets empty", clearBuckets, "hash-symbol DT_GNU_HASH"),
  on("hash-symbol", LIB, "another hash in a chain", (c) => changeChain(c, 0x5a5a0), "hash-symbol DT_GNU_HASH"),
  on(
    "hash-symbol",
    LIB,
    "a chain that goes on behind the last symbol",
    endless,
    "hash-symbol DT_GNU_HASH",
    "string-symbol DT_SYMTAB",
  ),
  on("hash-symbol", MIPS, "an empty bucket", (c) => setSysvWord(c, 2 + fullBucket(c), 0), "hash-symbol DT_HASH"),
  on("hash-symbol", MIPS, "a chain in a circle", circle, "hash-symbol DT_HASH"),
  on(
    "hash-symbol",
    MIPS,
    "a chain to a symbol that is not there",
    (c) => setSysvWord(c, 2 + fullBucket(c), 5000),
    "hash-symbol DT_HASH",
  ),
];

const cases = [...[loads, phdrs, coverage, sections, parts, dynamic, versions, protection].flat(), ...start, ...hashes];

/** Findings as `rule at`. */
const texts = (findings: readonly Finding[]) => findings.map((f) => `${f.rule} ${f.at}`);

describe("rules", () => {
  it.each(cases)("%s: %s, %s", (rule, file, _how, corrupt, found) => {
    expect(texts(findingsOf(file, corrupt)).sort()).toEqual([...found].sort());
    expect(found.some((f) => f.startsWith(`${rule} `))).toBe(true);
  });

  it("have a case each", () => {
    expect([...new Set(cases.map(([rule]) => rule))].sort()).toEqual(checkRules.map((r) => r.id).sort());
  });

  it("have distinct ids", () => {
    expect(new Set(checkRules.map((r) => r.id)).size).toBe(checkRules.length);
  });
});

describe("mips", () => {
  it("takes a DT_MIPS_RLD_MAP_REL that leads to .data", () => {
    const dataOf = (c: Corruptible) => c.elf.sections.find((s) => s.name === ".data")!.header.addr;
    expect(texts(findingsOf(PIE, (c) => mips(c, dataOf(c))))).toEqual(LARGEST_PAGE);
  });
});

describe("numbers above 2^53", () => {
  it("compares a kernel's addresses exactly", () => {
    const found = findingsOf("x86_64-glibc-static", (c) => {
      moveAddresses(c, 0xffffffff80000000n);
      c.load(1).setExact("vaddr", c.load(1).exact("vaddr") + 1n);
    });
    const others = ["section-symbol", "section-mapped", "load-tail"];
    const finding = found.filter((f) => !others.includes(f.rule));

    expect(texts(finding)).toEqual(["load-congruent PT_LOAD 0xffffffff80401001"]);
    expect(finding[0]!.message).toContain("p_vaddr 0xffffffff80401001");
  });
});

/** Adds to the entry point and to the addresses of segments and sections. */
function moveAddresses(c: Corruptible, by: bigint): void {
  c.header.setExact("entry", c.header.exact("entry") + by);

  for (const type of [PT.LOAD, PT.NOTE, PT.TLS, PT.GNU_RELRO, PT.GNU_PROPERTY]) {
    for (const p of c.phdrs(type)) p.setExact("vaddr", p.exact("vaddr") + by);
  }

  for (const s of c.elf.sections) {
    const h = c.record(Shdr, c.elf.header.shoff + s.index * c.elf.header.shentsize);
    if (h.addr) h.setExact("addr", h.exact("addr") + by);
  }
}

/** Exchanges two program headers. */
function swapEntries(c: Corruptible, a: number, b: number): void {
  const { phoff, phentsize } = c.elf.header;
  const at = (i: number) => phoff + i * phentsize;
  const first = c.bytes.slice(at(a), at(a) + phentsize);
  c.bytes.copyWithin(at(a), at(b), at(b) + phentsize);
  c.bytes.set(first, at(b));
}

/** Exchanges two PT_LOADs. */
function swap(c: Corruptible, a: number, b: number): void {
  const { segments } = c.elf;
  const loads = [...segments.keys()].filter((i) => segments[i]!.type === PT.LOAD);
  swapEntries(c, loads[a]!, loads[b]!);
}

/** Copies the program header table over .comment and what follows, which no segment maps. */
function moveTable(c: Corruptible): void {
  const { phoff, phnum, phentsize } = c.elf.header;
  const to = c.section(".strtab").offset;
  c.bytes.copyWithin(to, phoff, phoff + phnum * phentsize);
  c.header.phoff = to;
}

/** Puts the last PT_LOAD first, so that kernels before 5.18 compute with its p_vaddr - p_offset. */
function oldKernel(c: Corruptible): void {
  swap(c, 0, 3);
}

/** The first section symbol among the dynamic ones, since newer linkers write none into .symtab. */
function sectionSymbol(c: Corruptible): SymView {
  for (const s of c.elf.dynamicSymbols!) if (s.type === STT.SECTION) return c.symbol(".dynsym", s.index);
  throw new Error("no section symbol");
}

function symbolIndex(c: Corruptible, name: string): number {
  for (const s of c.elf.symbols!) if (s.name === name) return s.index;
  throw new Error(`no symbol ${name}`);
}

/** Makes the file one for MIPS, whose spare entry leads to this address. */
function mips(c: Corruptible, target: number): void {
  c.header.machine = EM.MIPS;
  const entry = c.spareTag();
  const d = c.elf.dynamic!;
  entry.tag = DT_MIPS_RLD_MAP_REL;
  entry.setExact("val", BigInt(target) - d.address - BigInt(d.entries.length * Dyn.size(64)));
}

function setWord(c: Corruptible, at: number, value: number): void {
  new DataView(c.bytes.buffer, c.bytes.byteOffset).setUint32(at, value, c.elf.header.littleEndian);
}
const wordAt = (c: Corruptible, at: number): number =>
  new DataView(c.bytes.buffer, c.bytes.byteOffset).getUint32(at, c.elf.header.littleEndian);

const setGnuWord = (c: Corruptible, index: number, value: number) =>
  setWord(c, gnuHashTable(c.elf)!.offset + 4 * index, value);

/** Takes the filter out: buckets and chains follow the head. */
function dropBloom(c: Corruptible): void {
  const { offset, chainsOffset, buckets, symbols, first } = gnuHashTable(c.elf)!;
  c.bytes.copyWithin(offset + 16, chainsOffset - buckets * 4, chainsOffset + (symbols! - first) * 4);
  setGnuWord(c, 2, 0);
}

function clearBloom(c: Corruptible): void {
  const { offset, chainsOffset, buckets } = gnuHashTable(c.elf)!;
  c.bytes.fill(0, offset + 16, chainsOffset - buckets * 4);
}

function clearBuckets(c: Corruptible): void {
  const { chainsOffset, buckets } = gnuHashTable(c.elf)!;
  c.bytes.fill(0, chainsOffset - buckets * 4, chainsOffset);
}

/** Changes bits of the first entry. */
function changeChain(c: Corruptible, bits: number): void {
  const { chainsOffset } = gnuHashTable(c.elf)!;
  setWord(c, chainsOffset, wordAt(c, chainsOffset) ^ bits);
}

/** The null symbol of .dynsym, which follows, is no end either: give its st_value one. */
function endless(c: Corruptible): void {
  const { chainsOffset, first, symbols } = gnuHashTable(c.elf)!;
  const last = chainsOffset + (symbols! - first - 1) * 4;
  setWord(c, last, wordAt(c, last) & ~1);
  setWord(c, last + 4, 1);
}

/** DT_HASH of a file whose entries have 4 bytes. */
const setSysvWord = (c: Corruptible, index: number, value: number) =>
  setWord(c, sysvHashTable(c.elf)!.offset + 4 * index, value);

/** A bucket whose first symbol is defined. */
function fullBucket(c: Corruptible): number {
  const { offset, buckets } = sysvHashTable(c.elf)!;
  const symbols = [...c.elf.dynamicSymbols!];
  for (let i = 0; i < buckets; i++) {
    const first = symbols[wordAt(c, offset + 4 * (2 + i))]!;
    if (first.index > 0 && first.shndx !== 0) return i;
  }
  throw new Error("no bucket with a defined symbol");
}

/** The first symbol of a bucket leads to itself. */
function circle(c: Corruptible): void {
  const { offset, buckets } = sysvHashTable(c.elf)!;
  const first = wordAt(c, offset + 4 * (2 + fullBucket(c)));
  setSysvWord(c, 2 + buckets + first, first);
}

/** Leaves no DT_NULL behind the entries. */
function fillSpares(c: Corruptible): void {
  const d = c.elf.dynamic!;
  for (let i = d.entries.length; i < d.size / Dyn.size(64); i++) {
    c.record(Dyn, d.offset + i * Dyn.size(64)).tag = DT.DEBUG;
  }
}

describe("files of other types", () => {
  it("get only the rules on what can be read", () => {
    expect(check(readElf(fixture(OBJECT)))).toEqual([]);

    const found = findingsOf(PIE, (c) => {
      c.header.type = ET.CORE;
      c.load(1).align = 3;
    });
    expect(found).toEqual([]);
  });

  it("as separate debug files, get no rules on what is loaded", () => {
    const found = findingsOf(PIE, (c) => {
      for (const s of c.elf.sections) {
        if (s.header.flags & 2 && s.header.type !== SHT.NOTE) c.section(s.name).type = SHT.NOBITS;
      }
      for (const p of c.phdrs(PT.LOAD)) p.filesz = 0;
    });
    expect(found).toEqual([]);
  });
});
