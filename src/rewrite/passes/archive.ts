import { type Content, withoutDates } from "../../archive/dates.js";
import { type Archive, type ArchiveMember, readArchive } from "../../archive/read.js";
import type { ArchiveChanges } from "../../archive/rewrite.js";
import type { Finding } from "../../check/rule.js";
import { type ByteSource, partOf } from "../../codec/source.js";
import { type Note, within } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { ARCHIVE, THIN_ARCHIVE } from "../../image/headers/header.js";
import { piecesSource } from "../../pieces/fill.js";
import type { Placement } from "../layout/placement.js";
import { type ArchiveProof, proveHeaders } from "../../prove/archive.js";
import { differs, type Plan, planOf } from "../plan.js";
import { type Change, changed } from "../../report/change.js";
import { changesBetween, type Teller } from "../../report/changes.js";
import { SHN, STB } from "../../spec/constants.js";

/** How a static library is written whose members have new contents. Brought by the edits that can change one. */
export interface ArchiveTools {
  readonly rewrite: (archive: Archive, changes: ArchiveChanges) => Content;
  readonly prove: ArchiveProof;
}

/** Options of a patch that a static library knows. */
interface ArchiveOptions {
  readonly deterministic?: boolean | undefined;
  readonly prove?: boolean | undefined;
}

/** What became of one member. */
interface MemberResult {
  readonly member: ArchiveMember;
  /** A name that tells it from the others. */
  readonly label: string;
  /** Undefined where the member stays byte by byte. */
  readonly content: Content | undefined;
  /** Symbols that other files could use before and cannot use any more. */
  readonly gone: ReadonlySet<string>;
  readonly placements: readonly Placement[];
  readonly notes: readonly Note[];
  readonly findings: readonly Finding[];
}

/**
 * The plan for a static library. Each member that is an ELF file gets a plan of its own, by the same edits; the archive
 * is made of their results. A member that is refused stops it all.
 *
 * @param tools undefined where no edit is asked for
 */
export function planArchive(
  source: ByteSource,
  planMember: (elf: ElfFile) => Plan,
  tell: Teller,
  tools: ArchiveTools | undefined,
  options: ArchiveOptions,
): Plan {
  const archive = readArchive(source);
  const labels = labelsOf(archive.members);
  const results = archive.members.map((member, i) => {
    if (member.kind !== "file") return undefined;
    const label = labels[i]!;
    return within(label, () => planOne(member, label, planMember));
  });
  const all = <T>(of: (result: MemberResult) => readonly T[]): T[] =>
    results.flatMap((result) => (result ? of(result) : []));

  const contents = new Map<number, Content>();
  results.forEach((result, i) => {
    if (result?.content) contents.set(i, result.content);
  });

  const drops = (i: number, symbol: string): boolean => results[i]!.gone.has(symbol);
  const { size, pieces } = rewritten(archive, { contents, drops }, tools, options);

  return planOf(source, {
    size,
    pieces,
    changed: differs(source, pieces, size),
    placements: all((r) => r.placements),
    notes: all((r) => r.notes),
    findings: all((r) => r.findings),
    changes: () => [...all((result) => changesOf(result, tell)), ...changed({ at: "size" }, source.size, size)],
  });
}

/** The new archive, proved. */
function rewritten(
  archive: Archive,
  changes: Pick<ArchiveChanges, "contents" | "drops">,
  tools: ArchiveTools | undefined,
  { deterministic = false, prove = true }: ArchiveOptions,
): Content {
  const { size } = archive.source;
  if (changes.contents.size === 0 && !deterministic) {
    return { size, pieces: [{ kind: "input", at: 0, size, from: 0 }] };
  }
  if (!tools) {
    const dated = withoutDates(archive);
    if (prove) proveHeaders(archive, dated.pieces);
    return dated;
  }

  const all: ArchiveChanges = { ...changes, deterministic };
  const content = tools.rewrite(archive, all);
  if (prove) tools.prove(archive, { ...all, ...content });
  return content;
}

/** Names that tell members apart: those of the same name are numbered from 2 on. */
function labelsOf(members: readonly ArchiveMember[]): string[] {
  const seen = new Map<string, number>();
  return members.map(({ name }) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  });
}

/** Plans one member; one that is no ELF file stays, with a note. */
function planOne(member: ArchiveMember, label: string, planMember: (elf: ElfFile) => Plan): MemberResult {
  const kept = keptBecause(member.content);
  if (kept) {
    return {
      member,
      label,
      content: undefined,
      gone: new Set(),
      placements: [],
      notes: [{ note: "MEMBER_KEPT", message: `${label}: this member is ${kept}, and stays as it is` }],
      findings: [],
    };
  }

  const elf = withoutPadding(member);
  const plan = planMember(elf);
  return {
    member,
    label,
    content: plan.changed ? padded(plan, elf.source.size < member.size) : undefined,
    gone: plan.changed ? lost(elf, readElf(plan)) : new Set(),
    placements: plan.placements.map((p) => ({ ...p, region: `${label}: ${p.region}` })),
    notes: plan.notes.map((n) => ({ ...n, message: `${label}: ${n.message}` })),
    findings: plan.findings.map((f) => ({ ...f, at: `${label}: ${f.at}` })),
  };
}

/** What the member is, if it is no ELF file; undefined if it is one. */
function keptBecause(content: ByteSource): string | undefined {
  const start = String.fromCharCode(...content.read(0, Math.min(content.size, 8)));
  if (start.startsWith("\x7fELF")) return undefined;
  if (start === ARCHIVE || start === THIN_ARCHIVE) return "an archive itself";
  return start.startsWith("BC\xc0\xde") ? "LLVM bitcode" : "no ELF file";
}

/** Darwin's `ar` pads members to a multiple of 8 bytes, by newlines that count as theirs. */
const DARWIN = 8;
const NEWLINE = 0x0a;

/** The member as an ELF file, without that padding. In front of it may stand zeros that the file had before. */
function withoutPadding({ content, size, nameSize }: ArchiveMember): ElfFile {
  const elf = readElf(content);
  const { overlay } = elf;
  if (nameSize === 0 || size % DARWIN !== 0 || overlay === null) return elf;

  const last = Math.min(DARWIN - 1, overlay.size);
  const bytes = content.read(size - last, last);
  let padding = 0;
  while (padding < last && bytes[last - 1 - padding] === NEWLINE) padding++;

  const short = readElf(partOf(content, 0, size - padding));
  return short.overlay === null ? short : elf;
}

/** The new bytes of a member, with padding if the old ones had any. */
function padded({ pieces, size }: Content, wasPadded: boolean): Content {
  const missing = wasPadded ? -size & (DARWIN - 1) : 0;
  if (missing === 0) return { size, pieces };

  const bytes = new Uint8Array(missing).fill(NEWLINE);
  return { size: size + missing, pieces: [...pieces, { kind: "bytes", at: size, size: missing, bytes }] };
}

/**
 * Symbols that a linker would take the member for, and that strips have taken away. Names that only a compiler's plugin
 * knows (LTO) are not among them.
 */
function lost(before: ElfFile, after: ElfFile): ReadonlySet<string> {
  const names = definedBy(before);
  for (const name of definedBy(after)) names.delete(name);
  return names;
}

/** Names of the symbols that a file defines for others. */
function definedBy(elf: ElfFile): Set<string> {
  const names = new Set<string>();
  for (const symbol of elf.symbols ?? []) {
    if (symbol.binding !== STB.LOCAL && symbol.shndx !== SHN.UNDEF) names.add(symbol.name);
  }
  return names;
}

/** The member is read anew, so that a large archive does not stay in memory for what is seldom asked. */
function changesOf({ member: { content }, label, content: next }: MemberResult, tell: Teller): Change[] {
  if (!next) return [];

  const after = readElf(piecesSource(content, next.pieces, next.size));
  return changesBetween(readElf(content), after, false, tell).map((c) => ({ member: label, ...c }));
}
