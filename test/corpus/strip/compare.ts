import { type ElfFile, ET, PT, readElf } from "../../../src/index.js";
import { type Contents, contents } from "../../support/contents.js";
import { LLVM, type Stripped } from "./tools.js";

/** How many bytes larger than the other tool's our result may be, because of padding. */
const ROOM = 64;

const few = (names: readonly string[]): string =>
  `${names.slice(0, 6).join(", ")}${names.length > 6 ? ` … (${names.length})` : ""}`;

/** Items of `a` that `b` does not have, or has fewer of. */
function beyond(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const item of b) left.set(item, (left.get(item) ?? 0) + 1);

  return a.filter((item) => {
    const count = left.get(item) ?? 0;
    left.set(item, count - 1);
    return count <= 0;
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
 * Compares sections, symbols and size with the result of another tool. Symbols of sections are left out for whole kinds
 * of files: in relocatable files, LLVM keeps those of all sections, where GNU keeps those that relocations name; in
 * linked files, GNU gives each section a symbol, where lld had given it none.
 */
export function compareWithTool(ours: Buffer, theirs: Stripped, now: Contents, was: Contents): string[] {
  const other = contents(theirs.bytes);
  const isObject = readElf(ours).header.type === ET.REL;
  const had = new Set(was.symbols);
  const comparable = (s: string) => !isSectionSymbol(s) || (isObject ? theirs.tool !== LLVM : had.has(s));
  const isLarger = ours.length > theirs.bytes.length + ROOM;

  return [
    ...compareSets("sections", now.sections, other.sections),
    ...compareSets("symbols", now.symbols.filter(comparable), other.symbols.filter(comparable)),
    ...(isLarger ? [`size: ${ours.length}, that of ${theirs.tool} is ${theirs.bytes.length}`] : []),
  ];
}

/**
 * What stays must be what it was: relocations must name the same symbols, groups the same sections, and contents must
 * be the same bytes.
 */
export function compareWithInput(was: Contents, now: Contents): string[] {
  const out: string[] = [];
  for (const [name, list] of now.relocations) out.push(...compareRelocations(name, was.relocations.get(name), list));

  for (const [name, members] of now.groups) {
    // Members that went are no longer named.
    const old = was.groups.get(name)?.split(" ") ?? [];
    const kept = old.filter((m) => m === "flags" || /^\d+$/.test(m) || members.includes(m)).join(" ");
    if (members !== kept) out.push(`groups: ${name} is ${members}, was ${old.join(" ")}`);
  }

  const stray = beyond(now.symbols, was.symbols);
  if (stray.length > 0) out.push(`symbols that the input has not: ${few(stray)}`);

  const leadsNowhere = (s: string) => s.includes("NO SECTION") || s.includes("NO NAME");
  if (now.symbols.some(leadsNowhere) && !was.symbols.some(leadsNowhere)) {
    out.push(`a symbol leads nowhere: ${now.symbols.find(leadsNowhere)}`);
  }

  for (const [name, bytes] of now.bytes) {
    const old = was.bytes.get(name);
    if (!old?.equals(bytes)) out.push(`content: ${name} has ${old ? "other bytes" : "no counterpart in the input"}`);
  }

  return out;
}

function compareRelocations(name: string, was: readonly string[] | undefined, now: readonly string[]): string[] {
  const at = was ? now.findIndex((relocation, i) => relocation !== was[i]) : 0;
  if (was?.length === now.length && at < 0) return [];

  const counts = `${now.length} (were ${was?.length})`;
  return [`relocations: ${name} holds ${counts}, the first other one ${now[at]} (was ${was?.[at]})`];
}

/**
 * Program headers must be identical, and so must each byte of each PT_LOAD, except for what the ELF header says of
 * sections.
 */
export function compareSegments(before: Buffer, after: Buffer): string[] {
  const a = readElf(before);
  const b = readElf(after);
  const out: string[] = [];

  const table = ({ header: h }: ElfFile, file: Buffer) => file.subarray(h.phoff, h.phoff + h.phnum * h.phentsize);
  if (a.header.phoff !== b.header.phoff || !table(a, before).equals(table(b, after))) {
    out.push("program headers: they are not identical");
  }

  const maskedBefore = withoutSectionFields(a, before);
  const maskedAfter = withoutSectionFields(b, after);
  for (const s of a.segments) {
    if (s.type !== PT.LOAD || s.exact("filesz") === 0n || s.offset >= before.length) continue;

    const end = Math.min(s.offset + s.filesz, before.length);
    if (!maskedBefore.subarray(s.offset, end).equals(maskedAfter.subarray(s.offset, end))) {
      out.push(`segments: the PT_LOAD at offset 0x${s.offset.toString(16)} has other bytes`);
    }
  }

  return out;
}

/** A copy of the file with e_shoff, e_shnum and e_shstrndx set to zero. */
export function withoutSectionFields(e: ElfFile, file: Buffer): Buffer {
  const copy = Buffer.from(file);
  const wide = e.header.class === 64;
  copy.fill(0, wide ? 0x28 : 0x20, wide ? 0x30 : 0x24);
  copy.fill(0, wide ? 0x3c : 0x30, wide ? 0x40 : 0x34);
  return copy;
}
