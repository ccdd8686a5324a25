import { hex } from "../../error.js";
import type { DynamicDescription, ElfDescription, SectionDescription, SegmentDescription } from "../description.js";
import { ranges, relocationCounts, security, symbolCounts } from "./counts.js";
import { notes } from "./notes.js";
import { block, lines, quantityText, quote, safe, table } from "./print.js";

/** A part of a description that can be printed alone. */
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
  const { file } = d;
  const pairs: [string, string | null][] = [
    ["class", `${file.class}, ${file.byteOrder}-endian`],
    ["type", file.linkage ? `${file.type} (${file.linkage})` : file.type],
    ["machine", file.machine],
    ["OS ABI", file.abiVersion ? `${file.osabi}, version ${file.abiVersion}` : file.osabi],
    ["flags", file.flags ? [hex(file.flags), ...file.flagNames].join(" ") : null],
    ["entry", quantityText(file.entry)],
    ["size", `${file.size} bytes`],
    ["interpreter", d.interpreter],
    ["soname", d.soname],
    ["needed", d.needed?.join(", ") || null],
    ["runpath", d.runpath],
    ["rpath", d.rpath],
    ["build ID", d.buildId],
  ];
  return pairs.flatMap(([key, value]) => (value === null ? [] : [`${key}:`.padEnd(13) + safe(value)]));
}

function segments(list: readonly SegmentDescription[]): string[] {
  const head = ["type", "flags", "offset", "vaddr", "filesz", "memsz", "align"];
  const rows = list.map(({ type, flags, offset, vaddr, filesz, memsz, align }) => [
    type,
    flags,
    ...[offset, vaddr, filesz, memsz, align].map(quantityText),
  ]);
  return table(head, rows);
}

function sections(list: readonly SectionDescription[]): string[] {
  const head = ["#", "name", "type", "addr", "offset", "size", "flags"];
  const rows = list.map(({ index, name, type, addr, offset, size, flags }) => [
    String(index),
    safe(name),
    type,
    ...[addr, offset, size].map(quantityText),
    flags.join(" "),
  ]);
  return table(head, rows);
}

function dynamicValue({ value, text, flags }: DynamicDescription): string {
  if (text === null) return `unreadable string at ${quantityText(value)}`;
  if (text !== undefined) return quote(text);
  return flags ? `${quantityText(value)} ${flags.join(" ")}` : quantityText(value);
}

/** The values are of every kind, so a plain column of them does. */
function dynamic(list: readonly DynamicDescription[]): string[] {
  const width = list.reduce((widest, entry) => Math.max(widest, entry.tag.length), 0);
  return list.map((entry) => `  ${entry.tag.padEnd(width)}  ${dynamicValue(entry)}`);
}

function versions(d: ElfDescription): string[] {
  const needs = (d.versionNeeds ?? []).map(({ file, versions }) => {
    const names = versions.map(({ name, weak }) => safe(name) + (weak ? " (weak)" : ""));
    return `  ${safe(file)}: ${names.join(", ")}`;
  });
  const definitions = (d.versionDefinitions ?? []).map(
    ({ names, base }) => `  ${safe(names.join(" > "))}${base ? " (the file itself)" : ""}`,
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

function overlay({ overlay }: ElfDescription): string[] {
  if (!overlay) return [];
  const kind = overlay.kind === null ? "" : ` (${overlay.kind})`;
  return block("Overlay", [`  ${overlay.size} bytes at ${hex(overlay.offset)}${kind}`]);
}

const problems = (d: ElfDescription): string[] => d.problems.map((problem) => `  ${safe(problem)}`);

/** Prints a description for people: all of it, or the parts that are asked for. */
export function formatDescription(d: ElfDescription, parts: readonly DescriptionPart[] = PARTS): string {
  const body = PARTS.filter((part) => parts.includes(part)).flatMap((part) => PRINT[part](d));
  const tail = parts.includes("header") ? overlay(d) : [];
  const all = [...body, ...tail, ...block("Problems", problems(d))];
  return lines(all[0] === "" ? all.slice(1) : all);
}
