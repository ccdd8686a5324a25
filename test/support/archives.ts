import { concat, encodeText } from "../../src/codec/bytes.js";

/** A member of an archive that a test makes. */
export interface TestMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Symbols that the index names for it, in this order. */
  readonly symbols?: readonly string[];
  readonly date?: string;
  readonly uid?: string;
  readonly mode?: string;
}

export type TestFormat = "sysv" | "sysv64" | "bsd" | "bsd64";

const pad = (s: string, width: number) => s.padEnd(width);

/** A member's header, written from ar(5) and not with the code under test. */
export function arHeader(
  name: string,
  size: number | string,
  { date = "1000000000", uid = "1000", mode = "100664" }: Partial<TestMember> = {},
): Uint8Array {
  return encodeText(
    pad(name, 16) + pad(date, 12) + pad(uid, 6) + pad(uid, 6) + pad(mode, 8) + pad(String(size), 10) + "`\n",
  );
}

const withPadding = (b: Uint8Array): Uint8Array => (b.length % 2 === 0 ? b : concat([b, encodeText("\n")]));

function number(value: number, width: number, littleEndian: boolean): Uint8Array {
  const b = new Uint8Array(8);
  new DataView(b.buffer).setBigUint64(0, BigInt(value), false);
  const big = b.subarray(8 - width);
  return littleEndian ? big.slice().reverse() : big;
}

export interface TestArchive {
  readonly format?: TestFormat;
  /** The byte order of a BSD index. Default: true. */
  readonly littleEndian?: boolean;
  /** Is there a symbol index? Default: true. */
  readonly index?: boolean;
  /** Is the index sorted by name? Default: false. */
  readonly sorted?: boolean;
  /** Bytes between the index and the first member. */
  readonly extra?: Uint8Array;
}

/** An archive as GNU's or 4.4BSD's `ar` makes it. */
export function testArchive(
  members: readonly TestMember[],
  { format = "sysv", littleEndian = true, index = true, sorted = false, extra = new Uint8Array(0) }: TestArchive = {},
): Uint8Array {
  const isBsd = format.startsWith("bsd");
  const wordSize = format.endsWith("64") ? 8 : 4;
  const symbols = members.flatMap((m, member) => (m.symbols ?? []).map((name) => ({ name, member })));
  if (sorted) symbols.sort((a, b) => (a.name < b.name ? -1 : 1));

  const longNames = isBsd ? "" : longNamesOf(members);
  const table = longNames === "" ? new Uint8Array(0) : longNameTable(longNames);
  const stored = members.map((m) => withPadding(isBsd ? bsdMember(m) : sysvMember(m, longNames)));

  const indexOf = (places: readonly number[]): Uint8Array => {
    if (!index) return new Uint8Array(0);

    const entries = symbols.map((s) => ({ name: s.name, place: places[s.member]! }));
    return isBsd ? bsdIndex(entries, wordSize, littleEndian, sorted) : sysvIndex(entries, wordSize);
  };

  // The size of the index does not depend on the places that it holds.
  let end = 8 + indexOf(members.map(() => 0)).length + table.length + extra.length;
  const places: number[] = [];
  for (const bytes of stored) {
    places.push(end);
    end += bytes.length;
  }

  return concat([encodeText("!<arch>\n"), indexOf(places), table, extra, ...stored]);
}

/** Names that have no room in a header of System V's format. */
function longNamesOf(members: readonly TestMember[]): string {
  const long = members.filter((m) => m.name.length > 15);
  return long.map((m) => `${m.name}/\n`).join("");
}

function longNameTable(names: string): Uint8Array {
  const header = encodeText(pad("//", 48) + pad(String(names.length), 10) + "`\n");
  return withPadding(concat([header, encodeText(names)]));
}

/** A BSD member, whose name stands before its bytes, padded with NUL. */
function bsdMember(m: TestMember): Uint8Array {
  const nameSize = m.name.length + 3;
  return concat([arHeader(`#1/${nameSize}`, nameSize + m.bytes.length, m), encodeText(`${m.name}\0\0\0`), m.bytes]);
}

function sysvMember(m: TestMember, longNames: string): Uint8Array {
  const name = m.name.length > 15 ? `/${longNames.indexOf(`${m.name}/`)}` : `${m.name}/`;
  return concat([arHeader(name, m.bytes.length, m), m.bytes]);
}

interface IndexEntry {
  readonly name: string;
  /** The offset of the member's header. */
  readonly place: number;
}

function sysvIndex(entries: readonly IndexEntry[], wordSize: number): Uint8Array {
  const word = (value: number) => number(value, wordSize, false);
  const names = encodeText(entries.map((e) => `${e.name}\0`).join(""));
  const content = concat([word(entries.length), ...entries.map((e) => word(e.place)), names]);

  const rounded = concat([content, new Uint8Array(-content.length & 1)]);
  const owner = { date: "1000000000", uid: "0", mode: "0" };
  return concat([arHeader(wordSize === 8 ? "/SYM64/" : "/", rounded.length, owner), rounded]);
}

function bsdIndex(
  entries: readonly IndexEntry[],
  wordSize: number,
  littleEndian: boolean,
  sorted: boolean,
): Uint8Array {
  const word = (value: number) => number(value, wordSize, littleEndian);
  const names = encodeText(entries.map((e) => `${e.name}\0`).join(""));
  const pairs: Uint8Array[] = [];
  let nameAt = 0;
  for (const { name, place } of entries) {
    pairs.push(word(nameAt), word(place));
    nameAt += encodeText(name).length + 1;
  }

  const content = concat([word(entries.length * 2 * wordSize), ...pairs, word(names.length), names]);
  const rounded = concat([content, new Uint8Array(-content.length & 7)]);

  // Names of 16 characters fit into the header.
  const title = `__.SYMDEF${wordSize === 8 ? "_64" : ""}${sorted ? " SORTED" : ""}`;
  if (title.length <= 16) return concat([arHeader(title, rounded.length), rounded]);
  return concat([arHeader("#1/20", 20 + rounded.length), encodeText(title.padEnd(20, "\0")), rounded]);
}
