import { concat, encodeText, viewOf } from "../codec/bytes.js";
import { fail } from "../error.js";
import { readElf } from "../image/read-elf.js";
import { SHN, STB } from "../spec/constants.js";

/** A member of an archive. */
export interface BuildMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Symbols that the index names for it, in this order. Default: those that an ELF file defines and others see. */
  readonly symbols?: readonly string[];
  /** Seconds since 1970, as text. Default: "0". */
  readonly date?: string;
  /** The number of its owner and group. Default: "0". */
  readonly uid?: string;
  /** Its mode in octal. Default: "644". */
  readonly mode?: string;
}

const pad = (s: string, width: number) => s.padEnd(width);

/** A member's header (ar(5)). */
export function archiveHeader(
  name: string,
  size: number | string,
  { date = "0", uid = "0", mode = "644" }: Partial<BuildMember> = {},
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

/** The form of an archive: GNU's (System V) or 4.4BSD's, with numbers of 32 or 64 bits in the symbol index. */
export type BuildArchiveFormat = "sysv" | "sysv64" | "bsd" | "bsd64";

export interface BuildArchiveOptions {
  /** Default: "sysv". */
  readonly format?: BuildArchiveFormat | undefined;
  /** The byte order of a BSD index; that of System V is big-endian. Default: "little". */
  readonly byteOrder?: "little" | "big" | undefined;
  /** Is there a symbol index? Default: true. */
  readonly index?: boolean | undefined;
  /** Seconds since 1970, as text, in the header of the symbol index. Default: "0". */
  readonly indexDate?: string | undefined;
  /** Is the index sorted by name? Default: false. */
  readonly sorted?: boolean | undefined;
  /** Bytes between the index and the first member: whole members. Default: none. */
  readonly extra?: Uint8Array | undefined;
}

/**
 * Makes a static library, as GNU's or 4.4BSD's `ar` does: a symbol index, long names, members. Dates and owners are 0
 * (`ar -D`), so the same members give the same bytes.
 *
 * @throws ElfError `BAD_EDIT` for a name that an archive cannot hold; those of {@link readElf} for broken members that
 *   are ELF files
 * @example
 * buildArchive([{ name: "answer.o", bytes: buildObject({ symbols: [{ name: "answer", text: returns(42) }] }) }]);
 */
export function buildArchive(
  members: readonly BuildMember[],
  {
    format = "sysv",
    byteOrder = "little",
    index = true,
    indexDate = "0",
    sorted = false,
    extra = new Uint8Array(0),
  }: BuildArchiveOptions = {},
): Uint8Array {
  for (const { name } of members) {
    if (name === "" || name.includes("\n")) refuse(`a member cannot have the name ${JSON.stringify(name)}`);
  }

  const isBsd = format.startsWith("bsd");
  const wordSize = format.endsWith("64") ? 8 : 4;
  const symbols = members.flatMap((m, member) => symbolsOf(m).map((name) => ({ name, member })));
  if (sorted) symbols.sort((a, b) => (a.name < b.name ? -1 : 1));

  const longNames = isBsd ? "" : longNamesOf(members);
  const table = longNames === "" ? new Uint8Array(0) : longNameTable(longNames);
  const stored = members.map((m) => withPadding(isBsd ? bsdMember(m) : sysvMember(m, longNames)));

  const indexOf = (places: readonly number[]): Uint8Array => {
    if (!index) return new Uint8Array(0);

    const entries = symbols.map((s) => ({ name: s.name, place: places[s.member]! }));
    const littleEndian = byteOrder === "little";
    return isBsd
      ? bsdIndex(entries, wordSize, littleEndian, sorted, indexDate)
      : sysvIndex(entries, wordSize, indexDate);
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

const refuse = (message: string): never => fail("BAD_EDIT", `buildArchive: ${message}`, { edit: "buildArchive" });

/** The symbols that the index has of a member: those that others can be linked with. */
function symbolsOf({ bytes, symbols }: BuildMember): readonly string[] {
  if (symbols) return symbols;

  const isElf = viewOf(bytes).byteLength >= 4 && viewOf(bytes).getUint32(0) === 0x7f454c46;
  const all = isElf ? [...(readElf(bytes).symbols ?? [])] : [];
  return all.filter((s) => s.binding !== STB.LOCAL && s.shndx !== SHN.UNDEF).map((s) => s.name);
}

/** Names that have no room in a header of System V's format. */
function longNamesOf(members: readonly BuildMember[]): string {
  const long = members.filter((m) => m.name.length > 15);
  return long.map((m) => `${m.name}/\n`).join("");
}

function longNameTable(names: string): Uint8Array {
  const header = encodeText(pad("//", 48) + pad(String(names.length), 10) + "`\n");
  return withPadding(concat([header, encodeText(names)]));
}

/** A BSD member, whose name stands before its bytes, padded with NUL. */
function bsdMember(m: BuildMember): Uint8Array {
  const nameSize = m.name.length + 3;
  return concat([
    archiveHeader(`#1/${nameSize}`, nameSize + m.bytes.length, m),
    encodeText(`${m.name}\0\0\0`),
    m.bytes,
  ]);
}

function sysvMember(m: BuildMember, longNames: string): Uint8Array {
  const name = m.name.length > 15 ? `/${longNames.indexOf(`${m.name}/`)}` : `${m.name}/`;
  return concat([archiveHeader(name, m.bytes.length, m), m.bytes]);
}

interface NamedPlace {
  readonly name: string;
  /** The offset of the member's header. */
  readonly place: number;
}

function sysvIndex(entries: readonly NamedPlace[], wordSize: number, date: string): Uint8Array {
  const word = (value: number) => number(value, wordSize, false);
  const names = encodeText(entries.map((e) => `${e.name}\0`).join(""));
  const content = concat([word(entries.length), ...entries.map((e) => word(e.place)), names]);

  const rounded = concat([content, new Uint8Array(-content.length & 1)]);
  const owner = { date, uid: "0", mode: "0" };
  return concat([archiveHeader(wordSize === 8 ? "/SYM64/" : "/", rounded.length, owner), rounded]);
}

function bsdIndex(
  entries: readonly NamedPlace[],
  wordSize: number,
  littleEndian: boolean,
  sorted: boolean,
  date: string,
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

  const owner = { date, uid: "0", mode: "644" };
  // Names of 16 characters fit into the header.
  const title = `__.SYMDEF${wordSize === 8 ? "_64" : ""}${sorted ? " SORTED" : ""}`;
  if (title.length <= 16) return concat([archiveHeader(title, rounded.length, owner), rounded]);
  return concat([archiveHeader("#1/20", 20 + rounded.length, owner), encodeText(title.padEnd(20, "\0")), rounded]);
}
