import {
  archiveHeader,
  buildArchive,
  type BuildArchiveFormat,
  type BuildArchiveOptions,
  type BuildMember,
} from "../../src/testing/build-archive.js";

/** A member of an archive that a test makes. */
export type TestMember = BuildMember;

export type TestFormat = BuildArchiveFormat;

export interface TestArchive extends Omit<BuildArchiveOptions, "byteOrder" | "indexDate"> {
  /** The byte order of a BSD index. Default: true. */
  readonly littleEndian?: boolean;
}

/** Neither date nor owner is 0, so that it shows where they are made so. */
const OWNED = { date: "1000000000", uid: "1000", mode: "100664" };

/** A member's header. */
export const arHeader = (name: string, size: number | string, fields: Partial<TestMember> = {}): Uint8Array =>
  archiveHeader(name, size, { ...OWNED, ...fields });

/** An archive as GNU's or 4.4BSD's `ar` makes it, whose index has the symbols that its members name. */
export const testArchive = (
  members: readonly TestMember[],
  { littleEndian = true, ...options }: TestArchive = {},
): Uint8Array =>
  buildArchive(
    members.map((m) => ({ ...OWNED, symbols: [], ...m })),
    { ...options, byteOrder: littleEndian ? "little" : "big", indexDate: OWNED.date },
  );
