import { readFileSync } from "node:fs";
import type { ElfFile } from "../../src/image/elf.js";
import { readElf } from "../../src/image/read-elf.js";
import type { GnuProperty, NoteContents } from "../../src/image/notes/note-contents.js";
import { describeElf } from "../../src/report/describe.js";
import type { ElfDescription } from "../../src/report/description.js";
import { listDynamicSymbols, type ListedSymbol, listSymbols } from "../../src/report/list-symbols.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { must } from "./run.js";

type Counts = Record<string, number>;

function tally(words: Iterable<string>): Counts {
  const out: Counts = {};
  for (const w of words) out[w] = (out[w] ?? 0) + 1;
  return out;
}

/** What differs between two tallies, in words. */
function differences(what: string, ours: Counts, theirs: Counts): string[] {
  const keys = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].filter((k) => ours[k] !== theirs[k]);
  return keys.slice(0, 5).map((k) => `${what}: ${k}: ${ours[k] ?? 0} here, ${theirs[k] ?? 0} with readelf`);
}

/** readelf's words for e_flags, by ours. */
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
  return `${PROPERTY_WORDS[p.name ?? ""] ?? p.name}: ${p.flags?.map((f) => FLAG_OF_PROPERTY[f] ?? f).join(", ") || "<None>"}`;
}

/** A note as readelf prints what it says; undefined for those that it prints nothing of. */
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

function notes(d: ElfDescription, text: string): string[] {
  const theirs = text.split("\n").join(" \n");
  const rows = [...theirs.matchAll(OWNERS)];
  const said = rows.map((m, i) =>
    theirs
      .slice(m.index + m[0].length, rows[i + 1]?.index)
      .split("Displaying notes")[0]!
      .replace(/ *Location: [^\n]*/, "")
      .replace(/\s+/g, " ")
      .trim(),
  );
  // annobin's notes have readelf's words in the place of their owner.
  const ours = (d.notes ?? []).filter((n) => !n.owner.startsWith("GA")).map((n) => `${n.owner} ${n.size}`);

  return [
    ...differences(
      "notes",
      tally(ours),
      tally(rows.filter((m) => !m[1]!.startsWith("GA")).map((m) => `${m[1]!} ${parseInt(m[2]!, 16)}`)),
    ),
    ...differences(
      "contents of notes",
      tally((d.notes ?? []).flatMap((n) => noteText(n.contents)?.replace(/\s+/g, " ").trim() ?? [])),
      tally(said.filter((s) => CONTENTS.test(s))),
    ),
  ];
}

/** Sections that loaders process; of a file without a dynamic section, all. */
function relocations(elf: ElfFile, d: ElfDescription, text: string): string[] {
  const types: Counts = {};
  const loaded = new Set(elf.sections.filter((s) => s.header.flags & 2).map((s) => s.name));
  let counts = false;
  let relr = 0;
  let last = "";
  const add = (name: string) => {
    if (name !== "") types[name] = (types[name] ?? 0) + 1;
  };

  for (const line of text.split("\n")) {
    const head = /^Relocation section '(.*)' at offset/.exec(line);
    const row = /^[0-9a-f]{8,} +[0-9a-f]{8,} +(\S+)/.exec(line);
    const more = /^ +Type[23]: (\S+)/.exec(line);

    if (head) {
      counts = !elf.dynamic || loaded.has(head[1]!);
    } else if (!counts) {
      continue;
    } else if (/^ *\d+ offsets$/.test(line)) {
      relr += parseInt(line);
    } else if (row) {
      add(last);
      last = row[1]!;
    } else if (more && more[1] !== "R_MIPS_NONE") {
      last += `/${more[1]!}`;
    }
  }

  add(last);
  return [
    ...differences("relocations", d.relocations?.types ?? {}, types),
    ...(d.relocations?.relr === relr ? [] : [`RELR: ${d.relocations?.relr} here, ${relr} with readelf`]),
  ];
}

const WORD = { GNU_IFUNC: "IFUNC", GNU_UNIQUE: "UNIQUE" } as Readonly<Record<string, string>>;
const short = (name: string): string => WORD[name.slice(4)] ?? name.slice(4);
const section = (s: string): string => ({ UNDEF: "UND", ABS: "ABS", COMMON: "COM" })[s] ?? "in";

const symbolText = (s: ListedSymbol): string => {
  // The symbol that stands for a version itself is printed without it.
  const name =
    s.version === null || s.version === s.name
      ? s.name
      : `${s.name}${s.versionFile === null && !s.hidden ? "@@" : "@"}${s.version}`;
  return [
    s.index,
    BigInt(s.value),
    BigInt(s.size),
    short(s.type),
    short(s.binding),
    s.visibility.slice(4),
    section(s.section),
    s.type === "STT_SECTION" ? "" : name,
  ].join(" ");
};

function symbols(elf: ElfFile, d: ElfDescription, text: string): string[] {
  // STT_GNU_IFUNC and STB_GNU_UNIQUE mean that with ELFOSABI_GNU alone, readelf says; loaders take them anywhere.
  const known = text
    .replace(/^( *\d+: \S+ +\S+ )<OS specific>: 10/gm, "$1IFUNC  ")
    .replaceAll("<OS specific>: 10", "UNIQUE");
  const out: string[] = [];
  const tables = known.split(/^Symbol table '/m).slice(1);

  for (const name of [".dynsym", ".symtab"] as const) {
    const theirs = tables.find((t) => t.startsWith(`${name}'`));
    const ours = name === ".dynsym" ? listDynamicSymbols(elf, new Tolerant()) : listSymbols(elf);
    const rows = [
      ...(theirs ?? "").matchAll(
        /^ *(\d+): ([0-9a-f]+) +(0x[0-9a-f]+|\d+) (\S+) +(\S+) +(\S+) +(?:\[[^\]]*\] +)?(\S+)(?: (.*))?$/gm,
      ),
    ].slice(1);
    const their = rows.map((m) =>
      [
        m[1]!,
        BigInt(`0x${m[2]!}`),
        BigInt(m[3]!),
        m[4],
        m[5],
        m[6],
        /^\d+$/.test(m[7]!) ? "in" : m[7],
        m[4] === "SECTION" ? "" : (m[8] ?? "").replace(/ \(\d+\)$/, "").replace(/ *\[[^\]]*\] /, ""),
      ].join(" "),
    );
    const mine = (ours ?? []).map(symbolText);
    const wrong = mine.findIndex((s, i) => s !== their[i]);
    if (mine.length !== their.length) out.push(`${name}: ${mine.length} here, ${their.length} with readelf`);
    else if (wrong >= 0) out.push(`${name}: ${mine[wrong]} here, ${their[wrong]} with readelf`);
    const c = name === ".dynsym" ? d.symbolCounts.dynsym : d.symbolCounts.symtab;
    const count = (at: number, word: string) => rows.filter((m) => m[at] === word).length;
    const counted = {
      total: rows.length,
      undefined: count(7, "UND"),
      weak: count(5, "WEAK"),
      unique: count(5, "UNIQUE"),
      functions: count(4, "FUNC"),
      objects: count(4, "OBJECT"),
      tls: count(4, "TLS"),
      ifuncs: count(4, "IFUNC"),
    };

    for (const [key, n] of Object.entries(counted)) {
      if ((c?.[key as keyof typeof counted] ?? 0) !== n) {
        out.push(`${name} ${key}: ${c?.[key as keyof typeof counted]} here, ${n} with readelf`);
      }
    }
  }

  return out;
}

/**
 * What of a file `describe` and the lists of symbols say otherwise than `readelf -hnrs`: nothing, for a file with
 * section headers.
 */
export function compareWithReadelf(path: string): string[] {
  const elf = readElf(readFileSync(path));
  const d = describeElf(elf);
  const text = must("readelf", ["-W", "-h", "-n", "-r", "-s", path]);
  const notesAt = text.indexOf("\nDisplaying notes");
  const before = notesAt < 0 ? text : text.slice(0, notesAt);
  const symbolsAt = before.indexOf("\nSymbol table '");
  const head = symbolsAt < 0 ? before : before.slice(0, symbolsAt);

  return [
    ...flags(d, head),
    ...relocations(elf, d, head),
    ...symbols(elf, d, symbolsAt < 0 ? "" : before.slice(symbolsAt)),
    ...notes(d, notesAt < 0 ? "" : text.slice(notesAt)),
    ...d.problems,
  ];
}
