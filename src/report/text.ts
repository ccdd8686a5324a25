import { hex } from "../error.js";
import type { Change, ChangeValue } from "./change.js";
import type { DynamicDescription, ElfDescription, NoteDescription, Quantity, SectionDescription, SegmentDescription } from "./description.js";

/** As much of a finding as its text needs. */
export interface PrintableFinding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly at: string;
}

const lines = (...parts: (string | readonly string[])[]): string => parts.flat().map((l) => l.trimEnd() + "\n").join("");

const number = (n: Quantity): string => (typeof n === "number" ? hex(n) : n);

const NUMERIC = /^(0x[0-9a-f]+|\d+)$/;

/** Columns as wide as their widest cell; those whose cells are all numbers stand to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((h, i) => rows.reduce((w, r) => Math.max(w, r[i]!.length), h.length));
  const right = head.map((_, i) => rows.every((r) => NUMERIC.test(r[i]!)));
  const line = (cells: readonly string[]) => "  " + cells.map((c, i) => (right[i] ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join("  ");
  return [line(head), ...rows.map(line)];
}

/** A heading and its lines, or nothing where there are none. */
const block = (heading: string, body: readonly string[]): string[] => (body.length > 0 ? ["", heading, ...body] : []);

/** C0 and C1 controls would change what a terminal shows: a name in a file is anybody's text. */
const safe = (s: string): string => s.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);

const quote = (s: string): string => `"${safe(s)}"`;

function header(d: ElfDescription): string[] {
  const { file: f } = d;
  const pairs: [string, string | null][] = [
    ["class", `${f.class}, ${f.byteOrder}-endian`], ["type", f.linkage ? `${f.type} (${f.linkage})` : f.type], ["machine", f.machine], ["OS ABI", f.osabi],
    ["flags", f.flags ? hex(f.flags) : null], ["entry", number(f.entry)], ["size", `${f.size} bytes`], ["interpreter", d.interpreter], ["soname", d.soname],
    ["needed", d.needed?.join(", ") || null], ["runpath", d.runpath], ["rpath", d.rpath], ["build ID", d.buildId],
  ];
  return pairs.flatMap(([key, value]) => (value === null ? [] : [`${key}:`.padEnd(13) + safe(value)]));
}

const segments = (list: readonly SegmentDescription[]): string[] =>
  list.length === 0 ? [] : table(["type", "flags", "offset", "vaddr", "filesz", "memsz", "align"], list.map((s) => [s.type, s.flags, ...[s.offset, s.vaddr, s.filesz, s.memsz, s.align].map(number)]));

const sections = (list: readonly SectionDescription[]): string[] =>
  list.length === 0
    ? []
    : table(["#", "name", "type", "addr", "offset", "size", "flags"], list.map((s) => [String(s.index), safe(s.name), s.type, ...[s.addr, s.offset, s.size].map(number), s.flags.join(" ")]));

function dynamicValue(e: DynamicDescription): string {
  if (e.text !== undefined) return e.text === null ? `unreadable string at ${number(e.value)}` : quote(e.text);
  return e.flags ? `${number(e.value)} ${e.flags.join(" ")}` : number(e.value);
}

/** Tags stand to the left of values of every kind, so that a plain column does. */
const dynamic = (list: readonly DynamicDescription[]): string[] => {
  const width = list.reduce((w, e) => Math.max(w, e.tag.length), 0);
  return list.map((e) => `  ${e.tag.padEnd(width)}  ${dynamicValue(e)}`);
};

function versions(d: ElfDescription): string[] {
  const needs = (d.versionNeeds ?? []).map((n) => `  ${safe(n.file)}: ${n.versions.map((v) => safe(v.name) + (v.weak ? " (weak)" : "")).join(", ")}`);
  const definitions = (d.versionDefinitions ?? []).map((v) => `  ${safe(v.names.join(" > "))}${v.base ? " (the file itself)" : ""}`);
  return [...block("Versions needed", needs), ...block("Versions defined", definitions)];
}

const notes = (list: readonly NoteDescription[]): string[] =>
  list.map((n) => `  ${safe(n.owner)} ${n.name ?? hex(n.type)}, ${n.size} bytes: ${n.description}${n.description.length < 2 * n.size ? "…" : ""}`);

function counts(d: ElfDescription): string[] {
  const of = (name: string, n: number | null) => (n === null ? [] : [`  ${name}: ${n}`]);
  return [...of(".symtab", d.symbols.symtab), ...of(".dynsym", d.symbols.dynsym)];
}

/** The description as text, for people. */
export function formatDescription(d: ElfDescription): string {
  return lines(
    header(d), block("Program headers", segments(d.segments ?? [])), block("Sections", sections(d.sections ?? [])), block("Dynamic section", dynamic(d.dynamic ?? [])), versions(d),
    block("Notes", notes(d.notes ?? [])), block("Symbols", counts(d)), block("Overlay", d.overlay ? [`  ${d.overlay.size} bytes at ${hex(d.overlay.offset)}`] : []),
    block("Problems", d.problems.map((p) => `  ${safe(p)}`)),
  );
}

/** Numbers that count something; all others are addresses, offsets and flags. */
const COUNTED: readonly string[] = ["size", "symbols", "dynamicSymbols", "overlay"];
const COUNTED_FIELDS: readonly string[] = ["phnum", "shnum", "shstrndx", "index", "link", "info"];

/** Paths and names out of the file, which may hold anything; the other texts are constants by name. */
const isText = (c: Change): boolean => c.at === "interpreter" || (c.at === "dynamic" && !c.tag?.startsWith("DT_FLAGS")) || (c.at === "versionNeeds" && c.file === undefined);

function changeValue(c: Change, value: ChangeValue): string {
  if (typeof value === "number") return COUNTED.includes(c.at) && c.field === undefined ? String(value) : COUNTED_FIELDS.includes(c.field ?? "") ? String(value) : hex(value);
  if (typeof value !== "string") return String(value);
  return isText(c) && !NUMERIC.test(value) ? quote(value) : safe(value.trimEnd());
}

function changeLine(c: Change): string {
  const subject = [c.member === undefined ? undefined : `${safe(c.member)}:`, c.at, c.file, c.tag, c.name === undefined ? undefined : safe(c.name) + (c.occurrence ? ` [${c.occurrence}]` : ""), c.field].filter((s) => s !== undefined).join(" ");
  if (c.from === null) return `+ ${subject}: ${changeValue(c, c.to)}`;
  if (c.to === null) return `- ${subject}: ${changeValue(c, c.from)}`;
  return `  ${subject}: ${changeValue(c, c.from)} -> ${changeValue(c, c.to)}`;
}

/** One line a change: `+` came, `-` went, others say from what to what. Empty for no change. */
export const formatChanges = (changes: readonly Change[]): string => lines(changes.map(changeLine));

/** One line a finding, as compilers print theirs. Empty for none. */
export const formatFindings = (findings: readonly PrintableFinding[]): string => lines(findings.map((f) => `${f.severity}: ${safe(f.at)}: ${safe(f.message)} [${f.rule}]`));
