import { type ElfFile, ET, PT, readElf } from "../../../src/index.js";
import { type Contents, contents } from "../../support/contents.js";
import { LLVM, type Stripped } from "./tools.js";

/** Bytes by which ours may be the larger one: padding. */
const ROOM = 64;

const few = (names: readonly string[]): string =>
  `${names.slice(0, 6).join(", ")}${names.length > 6 ? ` … (${names.length})` : ""}`;

/** Items of `a` that `b` has not, or fewer of. */
function beyond(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const x of b) left.set(x, (left.get(x) ?? 0) + 1);
  return a.filter((x) => {
    const n = left.get(x) ?? 0;
    left.set(x, n - 1);
    return n <= 0;
  });
}

function compareSets(kind: string, ours: readonly string[], theirs: readonly string[]): string[] {
  const more = beyond(ours, theirs);
  const less = beyond(theirs, ours);
  return [
    ...(more.length > 0 ? [`${kind}: ours alone has ${few(more)}`] : []),
    ...(less.length > 0 ? [`${kind}: ours lacks ${few(less)}`] : []),
  ];
}

const isSectionSymbol = (s: string): boolean => / type 3 /.test(s);

/**
 * Sections, symbols and size beside another tool's result. Two habits hold for whole kinds of files: LLVM keeps the
 * symbols of all sections in relocatable files, where GNU keeps those that relocations name; GNU gives each section of
 * a linked file a symbol, where lld had given it none.
 */
export function compareWithTool(ours: Buffer, theirs: Stripped, now: Contents, was: Contents): string[] {
  const them = contents(theirs.bytes);
  const isObject = readElf(ours).header.type === ET.REL;
  const had = new Set(was.symbols);
  const comparable = (s: string) => !isSectionSymbol(s) || (isObject ? theirs.tool !== LLVM : had.has(s));

  return [
    ...compareSets("sections", now.sections, them.sections),
    ...compareSets("symbols", now.symbols.filter(comparable), them.symbols.filter(comparable)),
    ...(ours.length > theirs.bytes.length + ROOM
      ? [`size: ${ours.length}, that of ${theirs.tool} is ${theirs.bytes.length}`]
      : []),
  ];
}

/**
 * What stays must be what it was: relocations name the same symbols, groups the same sections, contents are the same
 * bytes.
 */
export function compareWithInput(was: Contents, now: Contents): string[] {
  const out: string[] = [];
  const first = (kind: string, name: string, a: readonly string[] | undefined, b: readonly string[]) => {
    const at = a ? b.findIndex((x, i) => x !== a[i]) : 0;
    if (!a || a.length !== b.length || at >= 0) {
      out.push(`${kind}: ${name} holds ${b.length} (were ${a?.length}), the first other one ${b[at]} (was ${a?.[at]})`);
    }
  };
  for (const [name, list] of now.relocations) first("relocations", name, was.relocations.get(name), list);

  for (const [name, members] of now.groups) {
    // Members that went are no longer named.
    const old = was.groups.get(name)?.split(" ") ?? [];
    const kept = old.filter((m) => m === "flags" || /^\d+$/.test(m) || members.includes(m)).join(" ");
    if (members !== kept) out.push(`groups: ${name} is ${members}, was ${old.join(" ")}`);
  }

  const outside = (s: string) => s.includes("NO SECTION") || s.includes("NO NAME");
  const stray = beyond(now.symbols, was.symbols);
  if (stray.length > 0) out.push(`symbols that the input has not: ${few(stray)}`);

  if (now.symbols.some(outside) && !was.symbols.some(outside)) {
    out.push(`a symbol leads nowhere: ${now.symbols.find(outside)}`);
  }

  for (const [name, b] of now.bytes) {
    const a = was.bytes.get(name);
    if (!a?.equals(b)) out.push(`content: ${name} has ${a ? "other bytes" : "no counterpart in the input"}`);
  }

  return out;
}

/**
 * Program headers are identical, and so is each byte of each PT_LOAD, where the ELF header speaks of sections aside.
 */
export function compareSegments(before: Buffer, after: Buffer): string[] {
  const a = readElf(before);
  const b = readElf(after);
  const h = a.header;
  const out: string[] = [];
  const table = (e: ElfFile, f: Buffer) =>
    f.subarray(e.header.phoff, e.header.phoff + e.header.phnum * e.header.phentsize);

  if (h.phoff !== b.header.phoff || !table(a, before).equals(table(b, after))) {
    out.push("program headers: they are not identical");
  }

  const masked = withoutSectionFields(a, before);
  const result = withoutSectionFields(b, after);
  for (const s of a.segments) {
    if (s.type !== PT.LOAD || s.exact("filesz") === 0n || s.offset >= before.length) continue;
    const end = Math.min(s.offset + s.filesz, before.length);
    if (!masked.subarray(s.offset, end).equals(result.subarray(s.offset, end))) {
      out.push(`segments: the PT_LOAD at offset 0x${s.offset.toString(16)} has other bytes`);
    }
  }

  return out;
}

/** A copy with e_shoff, e_shnum and e_shstrndx zero. */
export function withoutSectionFields(e: ElfFile, file: Buffer): Buffer {
  const copy = Buffer.from(file);
  const wide = e.header.class === 64;
  copy.fill(0, wide ? 0x28 : 0x20, wide ? 0x30 : 0x24);
  copy.fill(0, wide ? 0x3c : 0x30, wide ? 0x40 : 0x34);
  return copy;
}
