import { type Archive, type ArchiveMember, FIELDS, HEADER_SIZE, readArchive } from "../archive/read.js";
import { readIndex } from "../archive/symbol-index.js";
import { decodeText, equalBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import { piecesSource } from "../pieces/fill.js";
import { firstAt, type Piece, slicePiece } from "../pieces/pieces.js";

/** What was done to a static library. */
export interface ProvedArchive {
  /** Size and pieces of the output. */
  readonly size: number;
  readonly pieces: readonly Piece[];
  /** Pieces of the new contents, by the member's index. They count from the start of the member's content. */
  readonly contents: ReadonlyMap<number, { readonly size: number; readonly pieces: readonly Piece[] }>;
  /** Has the member lost this symbol? Only asked of members with new content. */
  readonly drops: (member: number, symbol: string) => boolean;
  readonly deterministic: boolean;
}

/** Throws where a static library is not what was planned. */
export type ArchiveProof = (before: Archive, proved: ProvedArchive) => void;

/**
 * Proves a rewritten static library: the same members under the same names, each with its old or its planned content,
 * and an index that leads to the same members. What a member's own rewrite may do is proved with its plan.
 *
 * @throws ElfError `INVARIANT`
 */
export const proveArchive: ArchiveProof = (before, proved) => {
  const after = readArchive(piecesSource(before.source, proved.pieces, proved.size));
  const wrong = membersDifference(before, after, proved) ?? indexDifference(before, after, proved);
  if (wrong === undefined) return;

  fail("INVARIANT", `the rewritten static library would be another one, so nothing was written: ${wrong}`, {
    rules: ["prove-archive"],
  });
};

function membersDifference(before: Archive, after: Archive, proved: ProvedArchive): string | undefined {
  const { members } = before;
  if (after.members.length !== members.length) return `it has ${after.members.length} members, not ${members.length}`;

  for (const [i, old] of members.entries()) {
    const now = after.members[i]!;
    if (now.name !== old.name || now.kind !== old.kind) return `${old.name} is ${now.name} now`;
    if (!proved.deterministic && headerOf(before, old) !== headerOf(after, now)) {
      return `${old.name}: its header is another`;
    }
    if (old.kind !== "index" && !hasContent(proved, i, old, now)) return `${old.name}: its content is another`;
  }
  return undefined;
}

/** What a header says besides name and size. */
const headerOf = ({ source }: Archive, { offset }: ArchiveMember): string =>
  decodeText(readExactly(source, offset, HEADER_SIZE, "a member's header").subarray(FIELDS.date[0], FIELDS.mode[1]));

const startOf = ({ offset, nameSize }: ArchiveMember): number => offset + HEADER_SIZE + nameSize;

/** Has the member its old content, or the one that is planned, piece by piece? */
function hasContent(
  { pieces, contents }: ProvedArchive,
  index: number,
  old: ArchiveMember,
  now: ArchiveMember,
): boolean {
  const start = startOf(now);
  const whole: Piece = { kind: "input", at: 0, size: old.size, from: 0 };
  const planned = contents.get(index) ?? { size: old.size, pieces: [whole] };
  const isThere = (wanted: Piece): boolean => {
    for (let done = 0; done < wanted.size;) {
      const piece = pieces[firstAt(pieces, start + wanted.at + done)]!;
      const skip = start + wanted.at + done - piece.at;
      const size = Math.min(piece.size - skip, wanted.size - done);
      if (!isSamePart(slicePiece(wanted, done, size), slicePiece(piece, skip, size), startOf(old))) return false;
      done += size;
    }
    return true;
  };
  return planned.size === now.size && planned.pieces.every(isThere);
}

/** @param from where the old content begins, which ranges of the first piece count from */
function isSamePart(a: Piece, b: Piece, from: number): boolean {
  if (a.kind === "input") return b.kind === "input" && a.from + from === b.from;
  return a.kind === "bytes" ? b.kind === "bytes" && equalBytes(a.bytes, b.bytes) : b.kind === "zero";
}

/** The index names every symbol that is left, in the old order, each with its member. */
function indexDifference(before: Archive, after: Archive, { contents, drops }: ProvedArchive): string | undefined {
  const old = entriesOf(before);
  const now = entriesOf(after);
  const kept = old.filter(({ name, member }) => !contents.has(member) || !drops(member, name));
  const isKept =
    kept.length === now.length && kept.every((e, i) => e.name === now[i]!.name && e.member === now[i]!.member);
  return isKept ? undefined : "its symbol index leads to other members";
}

function entriesOf(archive: Archive): { readonly name: string; readonly member: number }[] {
  const indexes = new Map(archive.members.map((m, i) => [m.offset, i]));
  const entries = readIndex(archive)?.entries ?? [];
  return entries.map(({ name, member }) => ({ name: decodeText(name), member: indexes.get(member)! }));
}

/**
 * Proves that nothing of a static library is another than dates, owners and modes.
 *
 * @throws ElfError `INVARIANT`
 */
export function proveHeaders({ source, members }: Archive, pieces: readonly Piece[]): void {
  const headers = new Set(members.map((m) => m.offset));

  for (const piece of pieces) {
    const { kind, at, size } = piece;
    if (kind === "input" && piece.from === at) continue;

    const old = readExactly(source, at, size, "the headers");
    const isRight =
      kind === "bytes" &&
      old.every((byte, i) => {
        const field = i % HEADER_SIZE;
        const mayChange = headers.has(at + i - field) && field >= FIELDS.date[0] && field < FIELDS.mode[1];
        return mayChange || byte === piece.bytes[i];
      });
    if (isRight) continue;

    fail("INVARIANT", `the static library would be another one at byte ${at}, so nothing was written`, {
      rules: ["prove-archive"],
    });
  }
}
