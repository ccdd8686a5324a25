import { decodeText } from "../codec/bytes.js";
import { fail } from "../error.js";
import { joinedPieces, type Piece, slicePiece } from "../pieces/pieces.js";
import { type Content, headerPiece } from "./dates.js";
import { type Archive, type ArchiveMember, HEADER_SIZE, MAGIC_SIZE } from "./read.js";
import { encodeIndex, type IndexEntry, indexSize, readIndex, type SymbolIndex } from "./symbol-index.js";

/** What {@link rewriteArchive} changes. */
export interface ArchiveChanges {
  /** New contents by the member's index in `members`. The other members stay as they are. */
  readonly contents: ReadonlyMap<number, Content>;
  /** Does the symbol index lose this symbol of the member with this index? Only asked of members with new content. */
  readonly drops: (member: number, symbol: string) => boolean;
  /** Sets dates and owners to 0 and modes to 644, as GNU `ar -D`. */
  readonly deterministic: boolean;
}

/**
 * The archive with new contents. Headers keep everything but sizes, the table of long names stays, and the symbol index
 * keeps the order of its entries. `UNSUPPORTED` where another table would have to follow, or where a number does not
 * fit; `MALFORMED` for an index that cannot be read.
 */
export function rewriteArchive(archive: Archive, changes: ArchiveChanges): Content {
  const { members } = archive;
  const { contents, deterministic } = changes;
  const moves = contents.size > 0;
  if (moves) refuseUnknownTable(members);

  const index = moves ? keptIndex(archive, changes) : undefined;
  const sizes = members.map((m, i) =>
    i === 0 && index ? indexSize(index.format, index.entries) : (contents.get(i)?.size ?? m.size),
  );
  const starts = startsOf(members, sizes);

  const out: Piece[] = [{ kind: "input", at: 0, size: MAGIC_SIZE, from: 0 }];
  members.forEach((m, i) => {
    const start = starts[i]!;
    const nameAt = start + HEADER_SIZE;
    const at = nameAt + m.nameSize;
    const size = sizes[i]!;

    out.push(headerPiece(archive, m, start, size, deterministic));
    out.push({ kind: "input", at: nameAt, size: m.nameSize, from: m.offset + HEADER_SIZE });
    if (i === 0 && index) out.push({ kind: "bytes", at, size, bytes: encodeIndex(movedIndex(index, members, starts)) });
    else for (const p of contentPieces(m, at, contents.get(i))) out.push(p);
    out.push(padding(m, at + size, size));
  });

  return {
    size: out.reduce((end, p) => Math.max(end, p.at + p.size), 0),
    pieces: joinedPieces(out.filter((p) => p.size > 0)),
  };
}

function refuseUnknownTable(members: readonly ArchiveMember[]): void {
  const table = members.find((m) => m.kind === "table");
  if (!table) return;
  fail(
    "UNSUPPORTED",
    `the archive has an unknown table ${JSON.stringify(table.name)}, which may name members by their offsets`,
    { what: `the table ${table.name}` },
  );
}

/** The index without the entries that go. */
function keptIndex(archive: Archive, { contents, drops }: ArchiveChanges): SymbolIndex | undefined {
  const index = readIndex(archive);
  if (!index) return undefined;

  const memberAt = new Map(archive.members.map((m, i) => [m.offset, i]));
  const stays = (e: IndexEntry) => {
    const member = memberAt.get(e.member)!;
    return !contents.has(member) || !drops(member, decodeText(e.name));
  };
  return { ...index, entries: index.entries.filter(stays) };
}

/** The index with the new offsets of the members. */
function movedIndex(index: SymbolIndex, members: readonly ArchiveMember[], starts: readonly number[]): SymbolIndex {
  const startOf = new Map(members.map((m, i) => [m.offset, starts[i]!]));
  return { ...index, entries: index.entries.map((e) => ({ ...e, member: startOf.get(e.member)! })) };
}

/** Where each header goes. Members begin at even offsets (ar(5)). */
function startsOf(members: readonly ArchiveMember[], sizes: readonly number[]): number[] {
  let at = MAGIC_SIZE;
  return members.map((m, i) => {
    const start = at;
    const sizeWithName = m.nameSize + sizes[i]!;
    at += HEADER_SIZE + sizeWithName + (sizeWithName % 2);
    return start;
  });
}

function contentPieces(m: ArchiveMember, at: number, content: Content | undefined): Piece[] {
  const from = m.offset + HEADER_SIZE + m.nameSize;
  if (!content) return [{ kind: "input", at, size: m.size, from }];

  return content.pieces.map((p) => {
    const moved = { ...slicePiece(p, 0, p.size), at: at + p.at };
    return moved.kind === "input" ? { ...moved, from: from + moved.from } : moved;
  });
}

const NEWLINE = /* @__PURE__ */ Uint8Array.of(0x0a);

/** The byte that makes the next member's offset even: the old one, if there is one. */
function padding(m: ArchiveMember, at: number, size: number): Piece {
  if ((m.nameSize + size) % 2 === 0) return { kind: "zero", at, size: 0 };

  const end = m.offset + HEADER_SIZE + m.nameSize + m.size;
  return m.end > end ? { kind: "input", at, size: 1, from: end } : { kind: "bytes", at, size: 1, bytes: NEWLINE };
}
