import { decodeText, encodeText } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import { joined, type Piece, slice } from "../pieces/pieces.js";
import { type Archive, FIELDS, HEADER_SIZE, MAGIC_SIZE, type ArchiveMember } from "./read.js";
import { encodeIndex, type IndexEntry, indexSize, readIndex, type SymbolIndex } from "./symbol-index.js";

/** A member's new content: pieces of the member, in order and without gaps. */
export interface Content {
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** What {@link rewriteArchive} is told. */
export interface ArchiveChanges {
  /** By the place in `members`; those that are not named stay as they are. */
  readonly contents: ReadonlyMap<number, Content>;
  /** Does the symbol index lose this entry of the member at this place? Only asked of members with new content. */
  readonly drops: (member: number, symbol: string) => boolean;
  /** Dates and owners 0, modes 644, as GNU `ar -D`. */
  readonly deterministic: boolean;
}

/**
 * The archive with new contents: headers keep all but sizes, the table of long names stays, the symbol index keeps the
 * order of its entries. `UNSUPPORTED` where another table would have to follow, or a number does not fit; `MALFORMED`
 * for an index that cannot be read.
 */
export function rewriteArchive(archive: Archive, changes: ArchiveChanges): Content {
  const { members } = archive;
  const moves = changes.contents.size > 0;
  const table = members.find((m) => m.kind === "table");

  if (moves && table) {
    fail(
      "UNSUPPORTED",
      `the archive has a table ${JSON.stringify(table.name)} that is not known here, and may name its members by their places`,
      { what: `the table ${table.name}` },
    );
  }

  const index = moves ? keptIndex(archive, changes) : undefined;
  const sizes = members.map((m, i) =>
    i === 0 && index ? indexSize(index.format, index.entries) : (changes.contents.get(i)?.size ?? m.size),
  );
  const starts = placesOf(members, sizes);
  const places = new Map(members.map((m, i) => [m.offset, starts[i]!]));
  const out: Piece[] = [{ kind: "input", at: 0, size: MAGIC_SIZE, from: 0 }];
  members.forEach((m, i) => {
    const start = starts[i]!;
    const at = start + HEADER_SIZE + m.nameSize;
    const size = sizes[i]!;
    out.push(header(archive, m, start, size, changes.deterministic), {
      kind: "input",
      at: start + HEADER_SIZE,
      size: m.nameSize,
      from: m.offset + HEADER_SIZE,
    });

    if (i === 0 && index) {
      out.push({
        kind: "bytes",
        at,
        size,
        bytes: encodeIndex({ ...index, entries: index.entries.map((e) => ({ ...e, member: places.get(e.member)! })) }),
      });
    } else {
      for (const p of contentPieces(m, at, changes.contents.get(i))) out.push(p);
    }

    out.push(padding(m, at + size, size));
  });

  return {
    size: out.reduce((end, p) => Math.max(end, p.at + p.size), 0),
    pieces: joined(out.filter((p) => p.size > 0)),
  };
}

/** The index without the entries that go. */
function keptIndex(archive: Archive, { contents, drops }: ArchiveChanges): SymbolIndex | undefined {
  const index = readIndex(archive);
  const numbers = new Map(archive.members.map((m, i) => [m.offset, i]));
  const stays = (e: IndexEntry) =>
    !contents.has(numbers.get(e.member)!) || !drops(numbers.get(e.member)!, decodeText(e.name));
  return index && { ...index, entries: index.entries.filter(stays) };
}

/** Where each header goes; members begin at even offsets (ar(5)). */
function placesOf(members: readonly ArchiveMember[], sizes: readonly number[]): number[] {
  let at = MAGIC_SIZE;
  return members.map((m, i) => {
    const start = at;
    const all = m.nameSize + sizes[i]!;
    at += HEADER_SIZE + all + (all % 2);
    return start;
  });
}

function contentPieces(m: ArchiveMember, at: number, content: Content | undefined): Piece[] {
  const from = m.offset + HEADER_SIZE + m.nameSize;
  if (!content) return [{ kind: "input", at, size: m.size, from }];
  return content.pieces.map((p) => {
    const moved = { ...slice(p, 0, p.size), at: at + p.at };
    return moved.kind === "input" ? { ...moved, from: from + moved.from } : moved;
  });
}

const NEWLINE = Uint8Array.of(0x0a);

/** What makes the next member's offset even: the old byte, where there is one. */
function padding(m: ArchiveMember, at: number, size: number): Piece {
  const end = m.offset + HEADER_SIZE + m.nameSize + m.size;
  if ((m.nameSize + size) % 2 === 0) return { kind: "zero", at, size: 0 };
  return m.end > end ? { kind: "input", at, size: 1, from: end } : { kind: "bytes", at, size: 1, bytes: NEWLINE };
}

const ZERO = { date: "0", uid: "0", gid: "0" };
const DETERMINISTIC = { file: { ...ZERO, mode: "644" }, index: ZERO, names: {}, table: {} } as const;

/** All that stays the same is copied as it stands: tools differ in how they write modes and empty fields. */
function header({ source }: Archive, m: ArchiveMember, at: number, size: number, deterministic: boolean): Piece {
  const bytes = readExactly(source, m.offset, HEADER_SIZE, "a member's header").slice();
  const old = bytes.slice();
  const fields: Partial<Record<keyof typeof FIELDS, string>> = {
    ...(deterministic && DETERMINISTIC[m.kind]),
    ...(size !== m.size && { size: String(m.nameSize + size) }),
  };

  for (const [name, value] of Object.entries(fields)) {
    const [from, to] = FIELDS[name as keyof typeof FIELDS];
    if (value.length > to - from) {
      fail("UNSUPPORTED", `${m.name}: a member of ${value} bytes is more than an archive can hold`, {
        what: "a large member",
      });
    }
    bytes.set(encodeText(value.padEnd(to - from)), from);
  }

  return bytes.every((b, i) => b === old[i])
    ? { kind: "input", at, size: HEADER_SIZE, from: m.offset }
    : { kind: "bytes", at, size: HEADER_SIZE, bytes };
}
