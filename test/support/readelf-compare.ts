import { readFileSync } from "node:fs";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import type { SymbolCounts } from "../../src/image/symbols/symbol-counts.js";
import type { GnuProperty, NoteContents } from "../../src/image/notes/note-contents.js";
import { describeElf } from "../../src/report/describe.js";
import type { ElfDescription } from "../../src/report/description.js";
import { listDynamicSymbols, type ListedSymbol, listSymbols } from "../../src/report/list-symbols.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { SHF } from "../../src/spec/constants.js";
import { must } from "./run.js";

type Counts = Record<string, number>;

function tally(words: Iterable<string>): Counts {
  const out: Counts = {};
  for (const w of words) out[w] = (out[w] ?? 0) + 1;
  return out;
}

/** What differs between two tallies, in words: at most five differences. */
function differences(what: string, ours: Counts, theirs: Counts): string[] {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter((k) => ours[k] !== theirs[k]);
  return keys.slice(0, 5).map((k) => `${what}: ${k}: ${ours[k] ?? 0} here, ${theirs[k] ?? 0} with readelf`);
}

/** readelf's words for e_flags, by elfwright's names. */
const FLAG_WORDS: Readonly<Record<string, string>> = {
  EF_ARM_EABI_VER5: "Version5 EABI",
  EF_ARM_ABI_FLOAT_HARD: "hard-float ABI",
  EF_ARM_ABI_FLOAT_SOFT: "soft-float ABI",
  EF_ARM_BE8: "BE8",
  EF_MIPS_NOREORDER: "noreorder",
  EF_MIPS_PIC: "pic",
  EF_MIPS_CPIC: "cpic",
  EF_MIPS_ABI2: "abi2",
  EF_MIPS_NAN2008: "nan2008",
  EF_MIPS_ABI_O32: "o32",
  EF_MIPS_ARCH_64R2: "mips64r2",
  EF_MIPS_ARCH_32R2: "mips32r2",
  EF_MIPS_ARCH_64R6: "mips64r6",
  EF_RISCV_RVC: "RVC",
  EF_RISCV_FLOAT_ABI_DOUBLE: "double-float ABI",
  EF_RISCV_FLOAT_ABI_SOFT: "soft-float ABI",
  EF_PPC_RELOCATABLE_LIB: "relocatable-lib",
  EF_PPC64_ABI_V1: "abiv1",
  EF_PPC64_ABI_V2: "abiv2",
};

function flags(d: ElfDescription, text: string): string[] {
  const [number, ...words] = /^ {2}Flags: +(.*)$/m.exec(text)![1]!.split(", ");
  const ours = d.file.flagNames.map((n) => FLAG_WORDS[n] ?? n);
  return [
    ...differences("flags", tally([`0x${d.file.flags.toString(16)}`]), tally([number!])),
    ...differences("flag names", tally(ours), tally(words)),
  ];
}

const PROPERTY_WORDS: Readonly<Record<string, string>> = {
  GNU_PROPERTY_X86_ISA_1_NEEDED: "x86 ISA needed",
  GNU_PROPERTY_X86_ISA_1_USED: "x86 ISA used",
  GNU_PROPERTY_X86_FEATURE_1_AND: "x86 feature",
  GNU_PROPERTY_X86_FEATURE_2_NEEDED: "x86 feature needed",
  GNU_PROPERTY_X86_FEATURE_2_USED: "x86 feature used",
  GNU_PROPERTY_AARCH64_FEATURE_1_AND: "AArch64 feature",
  GNU_PROPERTY_1_NEEDED: "1_needed",
};

const FLAG_OF_PROPERTY: Readonly<Record<string, string>> = {
  X86: "x86",
  X87: "x87",
  INDIRECT_EXTERN_ACCESS: "indirect external access",
};

function propertyText(p: GnuProperty): string {
  if (p.name === "GNU_PROPERTY_STACK_SIZE") return `stack size: 0x${Number(p.value).toString(16)}`;
  if (p.name === "GNU_PROPERTY_NO_COPY_ON_PROTECTED") return "no copy on protected";

  const words = p.flags?.map((f) => FLAG_OF_PROPERTY[f] ?? f).join(", ");
  return `${PROPERTY_WORDS[p.name ?? ""] ?? p.name}: ${words || "<None>"}`;
}

/** What a note says, as readelf prints it; undefined for notes whose contents it does not print. */
function noteText(c: NoteContents | null): string | undefined {
  switch (c?.kind) {
    case "build-id":
      return `Build ID: ${c.id}`;
    case "abi-tag":
      return `OS: ${c.os}, ABI: ${c.kernel}`;
    case "gold-version":
      return `Version: ${c.version}`;
    case "properties":
      return `Properties: ${c.properties.map(propertyText).join(", ")}`;
    case "probe":
      return `Provider: ${c.provider} Name: ${c.name} Arguments: ${c.arguments}`.trim();
    default:
      return undefined;
  }
}

const OWNERS = /^ {2}(\S[^\t]*?) +0x([0-9a-f]{8})\t([^\t\n]*)/gm;
const CONTENTS = /^(Build ID|OS|Version|Properties|Provider): /;

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

function notes(d: ElfDescription, text: string): string[] {
  const described = d.notes ?? [];
  const printed = text.split("\n").join(" \n");
  const rows = [...printed.matchAll(OWNERS)];

  // readelf prints its own words in the place of the owner of annobin's notes.
  const isAnnobin = (owner: string) => owner.startsWith("GA");
  const ours = described.filter((n) => !isAnnobin(n.owner)).map((n) => `${n.owner} ${n.size}`);
  const theirs = rows.filter((m) => !isAnnobin(m[1]!)).map((m) => `${m[1]!} ${parseInt(m[2]!, 16)}`);

  const ourContents = described.flatMap((n) => {
    const said = noteText(n.contents);
    return said === undefined ? [] : [oneLine(said)];
  });
  const theirContents = rows.map((m, i) => {
    const behind = printed.slice(m.index + m[0].length, rows[i + 1]?.index);
    return oneLine(behind.split("Displaying notes")[0]!.replace(/ *Location: [^\n]*/, ""));
  });

  return [
    ...differences("notes", tally(ours), tally(theirs)),
    ...differences("contents of notes", tally(ourContents), tally(theirContents.filter((s) => CONTENTS.test(s)))),
  ];
}

/** Compares relocations of sections that loaders process; of a file without a dynamic section, of all sections. */
function relocations(elf: ElfFile, d: ElfDescription, text: string): string[] {
  const loaded = new Set(elf.sections.filter((s) => s.header.flags & SHF.ALLOC).map((s) => s.name));
  const types: string[] = [];
  let counts = false;
  let relr = 0;

  for (const line of text.split("\n")) {
    const head = /^Relocation section '(.*)' at offset/.exec(line);
    const row = /^[0-9a-f]{8,} +[0-9a-f]{8,} +(\S+)/.exec(line);
    // A relocation of 64-bit MIPS has up to three types; the second and third have lines of their own.
    const more = /^ +Type[23]: (\S+)/.exec(line);

    if (head) {
      counts = !elf.dynamic || loaded.has(head[1]!);
    } else if (!counts) {
      continue;
    } else if (/^ *\d+ offsets$/.test(line)) {
      relr += parseInt(line);
    } else if (row) {
      types.push(row[1]!);
    } else if (more && more[1] !== "R_MIPS_NONE") {
      types.push(`${types.pop()!}/${more[1]!}`);
    }
  }

  return [
    ...differences("relocations", d.relocations?.types ?? {}, tally(types)),
    ...(d.relocations?.relr === relr ? [] : [`RELR: ${d.relocations?.relr} here, ${relr} with readelf`]),
  ];
}

const SHORT: Readonly<Record<string, string>> = { GNU_IFUNC: "IFUNC", GNU_UNIQUE: "UNIQUE" };
const SPECIAL_SECTIONS: Readonly<Record<string, string>> = { UNDEF: "UND", ABS: "ABS", COMMON: "COM" };

/** A name of a symbol's type or binding without its prefix, as readelf prints it. */
const short = (name: string): string => SHORT[name.slice(4)] ?? name.slice(4);

function nameWithVersion({ name, version, versionFile, hidden }: ListedSymbol): string {
  // The symbol that stands for a version itself is printed without it.
  if (version === null || version === name) return name;

  const isDefault = versionFile === null && !hidden;
  return `${name}${isDefault ? "@@" : "@"}${version}`;
}

function symbolText(s: ListedSymbol): string {
  return [
    s.index,
    BigInt(s.value),
    BigInt(s.size),
    short(s.type),
    short(s.binding),
    s.visibility.slice(4),
    SPECIAL_SECTIONS[s.section] ?? "in",
    s.type === "STT_SECTION" ? "" : nameWithVersion(s),
  ].join(" ");
}

const SYMBOL_ROW = /^ *(\d+): ([0-9a-f]+) +(0x[0-9a-f]+|\d+) (\S+) +(\S+) +(\S+) +(?:\[[^\]]*\] +)?(\S+)(?: (.*))?$/gm;

/** A row of `readelf -s`. */
interface SymbolRow {
  readonly index: string;
  readonly value: bigint;
  readonly size: bigint;
  readonly type: string;
  readonly binding: string;
  readonly visibility: string;
  readonly section: string;
  readonly name: string;
}

/** The rows of a symbol table without that of the title. */
function symbolRows(table: string): SymbolRow[] {
  const rows = [...table.matchAll(SYMBOL_ROW)].map((m): SymbolRow => ({
    index: m[1]!,
    value: BigInt(`0x${m[2]!}`),
    size: BigInt(m[3]!),
    type: m[4]!,
    binding: m[5]!,
    visibility: m[6]!,
    section: m[7]!,
    name: (m[8] ?? "").replace(/ \(\d+\)$/, "").replace(/ *\[[^\]]*\] /, ""),
  }));
  return rows.slice(1);
}

function rowText(r: SymbolRow): string {
  const section = /^\d+$/.test(r.section) ? "in" : r.section;
  const name = r.type === "SECTION" ? "" : r.name;
  return [r.index, r.value, r.size, r.type, r.binding, r.visibility, section, name].join(" ");
}

function symbols(elf: ElfFile, d: ElfDescription, text: string): string[] {
  // readelf takes STT_GNU_IFUNC and STB_GNU_UNIQUE as such only with ELFOSABI_GNU; loaders take them anywhere.
  const known = text
    .replace(/^( *\d+: \S+ +\S+ )<OS specific>: 10/gm, "$1IFUNC  ")
    .replaceAll("<OS specific>: 10", "UNIQUE");
  const tables = known.split(/^Symbol table '/m).slice(1);
  const rowsOf = (name: string) => symbolRows(tables.find((t) => t.startsWith(`${name}'`)) ?? "");

  return [
    ...symbolTable(".dynsym", listDynamicSymbols(elf, new Tolerant()), d.symbolCounts.dynsym, rowsOf(".dynsym")),
    ...symbolTable(".symtab", listSymbols(elf), d.symbolCounts.symtab, rowsOf(".symtab")),
  ];
}

function symbolTable(
  name: string,
  listed: readonly ListedSymbol[] | null,
  counts: SymbolCounts | null,
  rows: readonly SymbolRow[],
): string[] {
  const out: string[] = [];
  const ours = (listed ?? []).map(symbolText);
  const theirs = rows.map(rowText);
  const wrong = ours.findIndex((s, i) => s !== theirs[i]);
  if (ours.length !== theirs.length) out.push(`${name}: ${ours.length} here, ${theirs.length} with readelf`);
  else if (wrong >= 0) out.push(`${name}: ${ours[wrong]} here, ${theirs[wrong]} with readelf`);

  const count = (field: keyof SymbolRow, word: string) => rows.filter((r) => r[field] === word).length;
  const counted = {
    total: rows.length,
    undefined: count("section", "UND"),
    weak: count("binding", "WEAK"),
    unique: count("binding", "UNIQUE"),
    functions: count("type", "FUNC"),
    objects: count("type", "OBJECT"),
    tls: count("type", "TLS"),
    ifuncs: count("type", "IFUNC"),
  };
  for (const [key, theirCount] of Object.entries(counted)) {
    const ourCount = counts?.[key as keyof typeof counted];
    if ((ourCount ?? 0) !== theirCount) out.push(`${name} ${key}: ${ourCount} here, ${theirCount} with readelf`);
  }

  return out;
}

/** Splits a text before the first occurrence of a mark. The second part is empty where there is none. */
function splitBefore(text: string, mark: string): [before: string, from: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at)];
}

/**
 * What `describe` and the lists of symbols say of a file, and `readelf -hnrs` says otherwise: nothing, for a file with
 * section headers.
 */
export function compareWithReadelf(path: string): string[] {
  const elf = readElf(readFileSync(path));
  const d = describeElf(elf);

  const text = must("readelf", ["-W", "-h", "-n", "-r", "-s", path]);
  const [beforeNotes, noteRows] = splitBefore(text, "\nDisplaying notes");
  const [head, symbolTables] = splitBefore(beforeNotes, "\nSymbol table '");

  return [
    ...flags(d, head),
    ...relocations(elf, d, head),
    ...symbols(elf, d, symbolTables),
    ...notes(d, noteRows),
    ...d.problems,
  ];
}
