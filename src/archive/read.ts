import { decodeText } from "../codec/bytes.js";
import { type ByteSource, partOf, readExactly } from "../codec/source.js";
import { fail, hex } from "../error.js";
import { ARCHIVE, THIN_ARCHIVE } from "../image/headers/header.js";
import { NameBudget } from "../image/strings.js";

/** Bytes of the text that an archive starts with, and of each member's header (ar(5)). */
export const MAGIC_SIZE = 8;
export const HEADER_SIZE = 60;

/** Where the fields of a member's header stand, each as text with spaces behind it (ar(5)). */
export const FIELDS = {
  name: [0, 16],
  date: [16, 28],
  uid: [28, 34],
  gid: [34, 40],
  mode: [40, 48],
  size: [48, 58],
  end: [58, 60],
} as const;

/** How a symbol index is written: System V's with 4 or 8 bytes a number, 4.4BSD's likewise. */
export type IndexFormat = "sysv" | "sysv64" | "bsd" | "bsd64";

/** One member. Offsets and sizes in bytes; content is what lies behind the header and a name that follows it. */
export interface ArchiveMember {
  /** "names" is the table of long names; "table" is one that tools know and we do not. */
  readonly kind: "file" | "index" | "names" | "table";
  readonly name: string;
  /** Of the header in the archive: symbol indexes name members by it. */
  readonly offset: number;
  /** Of a name that stands between header and content (4.4BSD); else 0. */
  readonly nameSize: number;
  readonly size: number;
  readonly content: ByteSource;
  /** Where the next header is. */
  readonly end: number;
}

/** A static library, all headers read and no member. */
export interface Archive {
  readonly source: ByteSource;
  readonly members: readonly ArchiveMember[];
  /** How the symbol index, which is always the first member, is written; undefined where there is none. */
  readonly index: IndexFormat | undefined;
}

/** A name's place in the table of long names. */
const LONG_NAME = /^\/\d+$/;

const magicOf = (source: ByteSource): string =>
  String.fromCharCode(...source.read(0, Math.min(source.size, MAGIC_SIZE)));

/** Does the source begin as a static library does, thin ones included? */
export const isArchive = (source: ByteSource): boolean => [ARCHIVE, THIN_ARCHIVE].includes(magicOf(source));

/**
 * Reads the members' headers (ar(5), and the conventions of GNU, System V and 4.4BSD). `MALFORMED`, `TRUNCATED`;
 * `UNSUPPORTED` for a thin archive.
 */
export function readArchive(source: ByteSource): Archive {
  if (magicOf(source) === THIN_ARCHIVE) {
    fail("UNSUPPORTED", "this is a thin archive: its members are other files, whose names it holds; strip those", {
      what: "a thin archive",
    });
  }

  const members: ArchiveMember[] = [];
  const names = new LongNames(source);
  for (let at = MAGIC_SIZE; at < source.size; at = members.at(-1)!.end) {
    const member = readMember(source, at, names);
    if (member.kind === "names") names.table = member;
    members.push(member);
  }

  const first = members[0];
  return { source, members, index: first?.kind === "index" ? indexFormat(first.name) : undefined };
}

function readMember(source: ByteSource, offset: number, names: LongNames): ArchiveMember {
  const header = readExactly(source, offset, HEADER_SIZE, "a member's header");
  const text = String.fromCharCode(...header);
  const field = (name: keyof typeof FIELDS) => text.slice(...FIELDS[name]);

  if (field("end") !== "`\n") {
    fail("MALFORMED", `no member's header is at ${hex(offset)} of the archive, where one should be`, { offset });
  }

  const all = decimal(field("size"), offset);
  const start = offset + HEADER_SIZE;
  if (start + all > source.size) {
    fail("TRUNCATED", `the archive ends inside the member at ${hex(offset)}`, {
      offset: start,
      length: all,
      size: source.size,
    });
  }

  const own = field("name").trimEnd();
  const nameSize = own.startsWith("#1/") ? decimal(own.slice(3), offset) : 0;
  if (nameSize > all) {
    fail("MALFORMED", `the name of the member at ${hex(offset)} is longer than the member`, { offset });
  }

  const named =
    nameSize > 0
      ? untilNul(readExactly(source, start, nameSize, "a member's name"))
      : decodeText(header.subarray(...FIELDS.name)).trimEnd();
  const kind = kindOf(named, offset);
  const name = kind === "file" && nameSize === 0 ? withoutSlash(names.of(named, offset) ?? named) : named;
  const size = all - nameSize;
  const content = partOf(source, start + nameSize, size);

  // The last member's padding is missing in archives of some tools.
  return { kind, name, offset, nameSize, size, content, end: Math.min(start + all + (all % 2), source.size) };
}

function decimal(field: string, offset: number): number {
  const value = Number(field);
  if (!/^ *\d+ *$/.test(field) || !Number.isSafeInteger(value)) {
    fail(
      "MALFORMED",
      `the header at ${hex(offset)} of the archive has ${JSON.stringify(field)} where a number should be`,
      { offset },
    );
  }
  return value;
}

const untilNul = (b: Uint8Array): string => decodeText(b.subarray(0, b.indexOf(0) < 0 ? b.length : b.indexOf(0)));

/** A slash ends the names of System V archives, so that spaces can be part of them. */
const withoutSlash = (name: string): string => (name.endsWith("/") ? name.slice(0, -1) : name);

/**
 * The tables have names of their own; what else starts with a slash, and is not the place of a long name, is another
 * tool's.
 */
function kindOf(name: string, offset: number): ArchiveMember["kind"] {
  if (indexFormat(name)) return offset === MAGIC_SIZE ? "index" : "table";
  if (name === "//" || name === "ARFILENAMES/") return "names";
  return name.startsWith("/") && !LONG_NAME.test(name) ? "table" : "file";
}

function indexFormat(name: string): IndexFormat | undefined {
  if (name === "/") return "sysv";
  if (name === "/SYM64/") return "sysv64";
  if (/^__\.SYMDEF( SORTED)?$/.test(name)) return "bsd";
  return /^__\.SYMDEF_64( SORTED)?$/.test(name) ? "bsd64" : undefined;
}

/** The member `//` of System V archives; names of members are offsets into it. */
class LongNames {
  readonly #source: ByteSource;
  #bytes: Uint8Array | undefined;
  #budget: NameBudget | undefined;
  table: ArchiveMember | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** The name that a header's own one stands for; undefined where it stands for itself. */
  of(own: string, offset: number): string | undefined {
    if (!LONG_NAME.test(own)) return undefined;

    const at = Number(own.slice(1));
    const t = this.table;
    if (!t || at >= t.size) {
      return fail(
        "MALFORMED",
        `the member at ${hex(offset)} has its name at ${at} of a table of long names that ${t ? `has ${t.size} bytes` : "is not there"}`,
        { offset },
      );
    }

    this.#bytes ??= readExactly(this.#source, t.offset + HEADER_SIZE + t.nameSize, t.size, "the table of long names");
    this.#budget ??= new NameBudget(t);
    let end = at;
    while (end < t.size && this.#bytes[end] !== 0 && this.#bytes[end] !== 0x0a) end++;

    return this.#budget.spend(decodeText(this.#bytes.subarray(at, end)));
  }
}
