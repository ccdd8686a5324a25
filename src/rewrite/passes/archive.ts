import { type ArchiveMember, readArchive } from "../../archive/read.js";
import { type Content, rewriteArchive } from "../../archive/rewrite.js";
import type { Finding } from "../../check/check.js";
import { type ByteSource, partOf } from "../../codec/source.js";
import { type Note, within } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { ARCHIVE, THIN_ARCHIVE } from "../../image/headers/header.js";
import { piecesSource } from "../../pieces/fill.js";
import type { Placement } from "../layout/placement.js";
import { differs, type Plan, planOf } from "../plan.js";
import { type Change, changed } from "../../report/change.js";
import { diffElf } from "../../report/diff.js";
import { SHN, STB } from "../../spec/constants.js";

/** What became of one member. */
interface Done {
  readonly member: ArchiveMember;
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
 * The plan for a static library: each member that is an ELF file gets a plan of its own by the same edits, then the
 * archive is made of their results. A member that refuses stops it all.
 */
export function planArchive(
  source: ByteSource,
  planMember: (elf: ElfFile) => Plan,
  { deterministic = false }: { readonly deterministic?: boolean | undefined },
): Plan {
  const archive = readArchive(source);
  const labels = labelsOf(archive.members);
  const done = archive.members.map((m, i) =>
    m.kind === "file" ? within(labels[i]!, () => planOne(m, labels[i]!, planMember)) : undefined,
  );
  const contents = new Map(done.flatMap((d, i) => (d?.content ? [[i, d.content] as const] : [])));
  const whole: Content = { size: source.size, pieces: [{ kind: "input", at: 0, size: source.size, from: 0 }] };
  const { size, pieces } =
    contents.size > 0 || deterministic
      ? rewriteArchive(archive, { contents, drops: (i, symbol) => done[i]!.gone.has(symbol), deterministic })
      : whole;
  const all = <T>(of: (d: Done) => readonly T[]): T[] => done.flatMap((d) => (d ? of(d) : []));

  return planOf(source, {
    size,
    pieces,
    changed: differs(source, pieces, size),
    placements: all((d) => d.placements),
    notes: all((d) => d.notes),
    findings: all((d) => d.findings),
    changes: () => [...all(changesOf), ...changed({ at: "size" }, source.size, size)],
  });
}

/** Names that tell members apart. */
function labelsOf(members: readonly ArchiveMember[]): string[] {
  const seen = new Map<string, number>();
  return members.map(({ name }) => {
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  });
}

function planOne(member: ArchiveMember, label: string, planMember: (elf: ElfFile) => Plan): Done {
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

/** What a member is that is no ELF file. */
function keptBecause(content: ByteSource): string | undefined {
  const start = String.fromCharCode(...content.read(0, Math.min(content.size, 8)));
  if (start.startsWith("\x7fELF")) return undefined;
  if (start === ARCHIVE || start === THIN_ARCHIVE) return "an archive itself";
  return start.startsWith("BC\xc0\xde") ? "LLVM bitcode" : "no ELF file";
}

/** Darwin's `ar` brings members up to a multiple of 8 bytes by newlines that count as theirs. */
const DARWIN = 8;
const NEWLINE = 0x0a;

function withoutPadding({ content, size, nameSize }: ArchiveMember): ElfFile {
  const elf = readElf(content);
  if (nameSize === 0 || size % DARWIN !== 0) return elf;
  const { overlay } = elf;
  const isPadding =
    overlay !== null && overlay.size < DARWIN && content.read(overlay.offset, overlay.size).every((b) => b === NEWLINE);
  return isPadding ? readElf(partOf(content, 0, overlay.offset)) : elf;
}

function padded({ pieces, size }: Content, wasPadded: boolean): Content {
  const missing = wasPadded ? -size & (DARWIN - 1) : 0;
  return {
    size: size + missing,
    pieces:
      missing === 0
        ? pieces
        : [...pieces, { kind: "bytes", at: size, size: missing, bytes: new Uint8Array(missing).fill(NEWLINE) }],
  };
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

function definedBy(elf: ElfFile): Set<string> {
  const names = new Set<string>();
  for (const s of elf.symbols ?? []) if (s.binding !== STB.LOCAL && s.shndx !== SHN.UNDEF) names.add(s.name);
  return names;
}

/** Read anew, so that a large archive's members do not stay in memory for what is seldom asked. */
function changesOf({ member: { content }, label, content: next }: Done): Change[] {
  if (!next) return [];
  return diffElf(readElf(content), readElf(piecesSource(content, next.pieces, next.size)), { summaries: false }).map(
    (c) => ({ member: label, ...c }),
  );
}
