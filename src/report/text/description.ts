import { hex } from "../../error.js";
import type { DynamicDescription, ElfDescription, SectionDescription, SegmentDescription } from "../description.js";
import { ranges, relocationCounts, security, symbolCounts } from "./counts.js";
import { notes } from "./notes.js";
import { block, lines, number, quote, safe, table } from "./print.js";

/** What of a description is printed. */
export type DescriptionPart =
  "header" | "segments" | "sections" | "dynamic" | "versions" | "notes" | "symbols" | "relocations" | "security";

export const PARTS: readonly DescriptionPart[] = [
  "header",
  "segments",
  "sections",
  "dynamic",
  "versions",
  "notes",
  "symbols",
  "relocations",
  "security",
];

function header(d: ElfDescription): string[] {
  const { file: f } = d;
  const pairs: [string, string | null][] = [
    ["class", `${f.class}, ${f.byteOrder}-endian`],
    ["type", f.linkage ? `${f.type} (${f.linkage})` : f.type],
    ["machine", f.machine],
    ["OS ABI", f.abiVersion ? `${f.osabi}, version ${f.abiVersion}` : f.osabi],
    ["flags", f.flags ? [hex(f.flags), ...f.flagNames].join(" ") : null],
    ["entry", number(f.entry)],
    ["size", `${f.size} bytes`],
    ["interpreter", d.interpreter],
    ["soname", d.soname],
    ["needed", d.needed?.join(", ") || null],
    ["runpath", d.runpath],
    ["rpath", d.rpath],
    ["build ID", d.buildId],
  ];
  return pairs.flatMap(([key, value]) => (value === null ? [] : [`${key}:`.padEnd(13) + safe(value)]));
}

const segments = (list: readonly SegmentDescription[]): string[] =>
  table(
    ["type", "flags", "offset", "vaddr", "filesz", "memsz", "align"],
    list.map((s) => [s.type, s.flags, ...[s.offset, s.vaddr, s.filesz, s.memsz, s.align].map(number)]),
  );

const sections = (list: readonly SectionDescription[]): string[] =>
  table(
    ["#", "name", "type", "addr", "offset", "size", "flags"],
    list.map((s) => [
      String(s.index),
      safe(s.name),
      s.type,
      ...[s.addr, s.offset, s.size].map(number),
      s.flags.join(" "),
    ]),
  );

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
  const needs = (d.versionNeeds ?? []).map(
    (n) => `  ${safe(n.file)}: ${n.versions.map((v) => safe(v.name) + (v.weak ? " (weak)" : "")).join(", ")}`,
  );
  const definitions = (d.versionDefinitions ?? []).map(
    (v) => `  ${safe(v.names.join(" > "))}${v.base ? " (the file itself)" : ""}`,
  );
  return [...block("Versions needed", needs), ...block("Versions defined", definitions)];
}

const PRINT: Readonly<Record<DescriptionPart, (d: ElfDescription) => string[]>> = {
  header,
  segments: (d) => [...block("Program headers", segments(d.segments ?? [])), ...block("Memory", ranges(d))],
  sections: (d) => block("Sections", sections(d.sections ?? [])),
  dynamic: (d) => block("Dynamic section", dynamic(d.dynamic ?? [])),
  versions,
  notes: (d) => block("Notes", notes(d.notes ?? [])),
  symbols: (d) => block("Symbols", symbolCounts(d)),
  relocations: (d) => block("Relocations", d.relocations ? relocationCounts(d.relocations) : []),
  security: (d) => block("Security", d.security ? security(d.security) : []),
};

const overlay = ({ overlay: o }: ElfDescription): string[] =>
  block("Overlay", o ? [`  ${o.size} bytes at ${hex(o.offset)}${o.kind === null ? "" : ` (${o.kind})`}`] : []);

/** The description as text, for people: all of it, or the parts that are asked for. */
export function formatDescription(d: ElfDescription, parts: readonly DescriptionPart[] = PARTS): string {
  const body = PARTS.filter((p) => parts.includes(p)).flatMap((p) => PRINT[p](d));
  const all = [
    ...body,
    ...(parts.includes("header") ? overlay(d) : []),
    ...block(
      "Problems",
      d.problems.map((p) => `  ${safe(p)}`),
    ),
  ];
  return lines(all[0] === "" ? all.slice(1) : all);
}
