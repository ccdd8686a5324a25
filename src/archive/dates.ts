import { encodeText, equalBytes } from "../codec/bytes.js";
import { readExactly } from "../codec/source.js";
import { fail } from "../error.js";
import { joinedPieces, type Piece } from "../pieces/pieces.js";
import { type Archive, type ArchiveMember, FIELDS, HEADER_SIZE, MAGIC_SIZE } from "./read.js";

/** The new bytes of an archive or of a member: pieces of the old ones, in order and without gaps. */
export interface Content {
  readonly size: number;
  readonly pieces: readonly Piece[];
}

/** The archive with dates and owners of 0 and modes of 644, as GNU `ar -D` writes them. Nothing else changes. */
export function withoutDates(archive: Archive): Content {
  const { source, members } = archive;
  const pieces = members.flatMap((m): Piece[] => {
    const at = m.offset + HEADER_SIZE;
    return [headerPiece(archive, m, m.offset, m.size, true), { kind: "input", at, size: m.end - at, from: at }];
  });
  const magic: Piece = { kind: "input", at: 0, size: MAGIC_SIZE, from: 0 };
  return { size: source.size, pieces: joinedPieces([magic, ...pieces].filter((p) => p.size > 0)) };
}

/** Fields of a deterministic header, by the kind of member. */
const DETERMINISTIC = {
  file: { date: "0", uid: "0", gid: "0", mode: "644" },
  index: { date: "0", uid: "0", gid: "0" },
  names: {},
  table: {},
} as const;

/** Fields that stay the same are copied as they are: tools differ in how they write modes and empty fields. */
export function headerPiece(
  { source }: Archive,
  m: ArchiveMember,
  at: number,
  size: number,
  deterministic: boolean,
): Piece {
  const old = readExactly(source, m.offset, HEADER_SIZE, "a member's header");
  const bytes = old.slice();
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

  return equalBytes(bytes, old)
    ? { kind: "input", at, size: HEADER_SIZE, from: m.offset }
    : { kind: "bytes", at, size: HEADER_SIZE, bytes };
}
