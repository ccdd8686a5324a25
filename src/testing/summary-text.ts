import { encodeText } from "../codec/bytes.js";
import { crc32 } from "../codec/crc32.js";
import { pairs, quantityText, safe } from "../report/text/print.js";
import type { FileSummary, LayoutSummary } from "./summary.js";

/** Longer lists end in a number and a checksum, so that a snapshot stays short and still sees every change. */
const MOST_NAMES = 12;

function names(list: readonly string[] | null): string {
  if (list === null) return "unreadable";
  if (list.length === 0) return "none";
  if (list.length <= MOST_NAMES) return list.map(safe).join(", ");

  const sum = crc32(encodeText(list.join("\n")))
    .toString(16)
    .padStart(8, "0");
  const shown = list.slice(0, MOST_NAMES - 4).map(safe);
  return `${shown.join(", ")}, … ${list.length} in all, crc32 ${sum}`;
}

function yesOrNo(value: boolean | null): string {
  if (value === null) return "not told";
  return value ? "yes" : "no";
}

const orNone = (text: string | null): string => (text === null ? "none" : safe(text));

function versions(needed: FileSummary["versionsNeeded"]): string {
  if (needed === null) return "unreadable";
  const list = Object.entries(needed).map(([file, list]) => `${safe(file)} (${names(list)})`);
  return list.length === 0 ? "none" : list.join(", ");
}

function overlayText(overlay: FileSummary["overlay"]): string {
  if (overlay === null) return "none";
  return `${overlay.size} bytes${overlay.kind === null ? "" : ` (${overlay.kind})`}`;
}

function securityLines(security: FileSummary["security"]): [string, string | null][] {
  if (security === null) return [];
  const { relro, bindNow, pie, executableStack, writableCode, textRelocations } = security;
  const code = [writableCode ? "writable segments" : "", textRelocations ? "text relocations" : ""].filter(Boolean);
  return [
    ["relro", relro],
    ["bind now", yesOrNo(bindNow)],
    ["pie", yesOrNo(pie)],
    ["stack", executableStack ? "executable" : "not executable"],
    ["code", code.length > 0 ? code.join(", ") : "read-only"],
  ];
}

function layoutLines({ size, entry, buildId, segments, sections }: LayoutSummary): [string, string | null][] {
  const segment = (s: NonNullable<typeof segments>[number]): [string, string] => [
    s.type,
    `${s.flags.trim()}, offset ${quantityText(s.offset)}, ${quantityText(s.filesz)} bytes at ${quantityText(s.vaddr)}`,
  ];
  const section = (s: NonNullable<typeof sections>[number]): [string, string] => [
    safe(s.name),
    `offset ${quantityText(s.offset)}, ${quantityText(s.size)} bytes at ${quantityText(s.addr)}`,
  ];
  return [
    ["size", `${size} bytes`],
    ["entry", quantityText(entry)],
    ["build ID", orNone(buildId)],
    ...(segments ?? []).map(segment),
    ...(sections ?? []).filter((s) => s.index > 0).map(section),
  ];
}

/**
 * Prints a summary as the text of a snapshot: some twenty lines, each with a name and a value. A line is there also
 * where the file has nothing to tell, so that a difference between snapshots is the line of what has changed.
 *
 * @example
 * assert.equal(formatSummary(summarize(bytes)), readFileSync("server.snap", "utf8"));
 */
export function formatSummary(summary: FileSummary): string {
  const { flags, osabi, overlay, problems, layout } = summary;
  const isSystemV = osabi === "ELFOSABI_NONE" || osabi === "ELFOSABI_SYSV";
  const list: [string, string | null][] = [
    ["file", `${summary.class} ${summary.byteOrder}-endian ${summary.machine} ${summary.type}`],
    ["linkage", summary.linkage ?? "unreadable"],
    ["OS ABI", isSystemV ? null : osabi],
    ["flags", flags.length === 0 ? null : names(flags)],
    ["interpreter", orNone(summary.interpreter)],
    ["soname", orNone(summary.soname)],
    ["needed", names(summary.needed)],
    ["runpath", orNone(summary.runpath)],
    ["rpath", orNone(summary.rpath)],
    ["dynamic flags", names(summary.dynamicFlags)],
    ["needs versions", versions(summary.versionsNeeded)],
    ["defines versions", names(summary.versionsDefined)],
    ["exports", names(summary.exports)],
    ["imports", names(summary.imports)],
    ...securityLines(summary.security),
    ["section headers", yesOrNo(summary.sectionHeaders)],
    ["symbol table", yesOrNo(summary.symtab)],
    ["debug info", yesOrNo(summary.debugInfo)],
    ["overlay", overlayText(overlay)],
    ["problems", problems.length === 0 ? null : problems.map(safe).join("; ")],
    ...(layout ? layoutLines(layout) : []),
  ];
  return pairs(list)
    .map((line) => `${line}\n`)
    .join("");
}
