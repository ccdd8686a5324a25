import { decodeText } from "../codec/bytes.js";
import { type ByteSource, partOf, readExactly } from "../codec/source.js";
import { fail, hex } from "../error.js";
import { ARCHIVE, THIN_ARCHIVE } from "../image/headers/header.js";
import { NameBudget } from "../image/strings.js";

/** Bytes of the text that an archive starts with (ar(5)). */
export const MAGIC_SIZE = 8;
/** Bytes of each member's header (ar(5)). */
export const HEADER_SIZE = 60;

/** Where each field of a member's header begins and ends. Fields are text, padded with spaces (ar(5)). */
export const FIELDS = {
  name: [0, 16],
  date: [16, 28],
  uid: [28, 34],
  gid: [34, 40],
  mode: [40, 48],
  size: [48, 58],
  end: [58, 60],
} as const;

/** How a symbol index is written: as in System V or 4.4BSD, each with 4 or 8 bytes a number. */
export type IndexFormat = "sysv" | "sysv64" | "bsd" | "bsd64";

/** One member. Offsets and sizes in bytes. */
export interface ArchiveMember {
  /** "names" is the table of long names; "table" is one that other tools know and this reader does not. */
  readonly kind: "file" | "index" | "names" | "table";
  readonly name: string;
  /** The offset of the header in the archive. Symbol indexes name members by it. */
  readonly offset: number;
  /** The size of a name that stands between header and content (4.4BSD), else 0. */
  readonly nameSize: number;
  /** The size of the content. */
  readonly size: number;
  /** What lies behind the header, and behind a name that follows the header. */
  readonly content: ByteSource;
  /** The offset of the next header. */
  readonly end: number;
}

/** A static library, of which all headers are read but no member. */
export interface Archive {
  readonly source: ByteSource;
  readonly members: readonly ArchiveMember[];
  /** How the symbol index is written, which is always the first member; undefined where there is none. */
  readonly index: IndexFormat | undefined;
}

const NEWLINE = 0x0a;

/** A name that is an offset into the table of long names. */
const LONG_NAME = /^\/\d+$/;

const magicOf = (source: ByteSource): string =>
  String.fromCharCode(...source.read(0, Math.min(source.size, MAGIC_SIZE)));

/** Does the source begin like a static library? Thin ones are included. */
export const isArchive = (source: ByteSource): boolean => [ARCHIVE, THIN_ARCHIVE].includes(magicOf(source));

/**
 * Reads the members' headers (ar(5), and the conventions of GNU, System V and 4.4BSD). `MALFORMED`, `TRUNCATED`;
 * `UNSUPPORTED` for a thin archive.
 */
export function readArchive(source: ByteSource): Archive {
  if (magicOf(source) === THIN_ARCHIVE) {
    fail("UNSUPPORTED", "this is a thin archive: its members are other files, of which it has the names; strip these", {
      what: "a thin archive",
    });
  }

  const members: ArchiveMember[] = [];
  const longNames = new LongNames(source);
  let at = MAGIC_SIZE;
  while (at < source.size) {
    const member = readMember(source, at, longNames);
    if (member.kind === "names") longNames.table = member;
    members.push(member);
    at = member.end;
  }

  const first = members[0];
  return { source, members, index: first?.kind === "index" ? indexFormat(first.name) : undefined };
}

function readMember(source: ByteSource, offset: number, longNames: LongNames): ArchiveMember {
  const header = readExactly(source, offset, HEADER_SIZE, "a member's header");
  const text = String.fromCharCode(...header);
  const field = (name: keyof typeof FIELDS) => text.slice(...FIELDS[name]);
  if (field("end") !== "`\n") {
    fail("MALFORMED", `the archive should have a member's header at ${hex(offset)}, but there is none`, { offset });
  }

  const start = offset + HEADER_SIZE;
  const sizeWithName = decimal(field("size"), offset);
  if (start + sizeWithName > source.size) {
    fail("TRUNCATED", `the archive ends inside the member at ${hex(offset)}`, {
      offset: start,
      length: sizeWithName,
      size: source.size,
    });
  }

  const nameField = field("name").trimEnd();
  const nameSize = nameField.startsWith("#1/") ? decimal(nameField.slice(3), offset) : 0;
  if (nameSize > sizeWithName) {
    fail("MALFORMED", `the name of the member at ${hex(offset)} is longer than the member`, { offset });
  }

  const ownName =
    nameSize > 0
      ? textBeforeNul(readExactly(source, start, nameSize, "a member's name"))
      : decodeText(header.subarray(...FIELDS.name)).trimEnd();
  const kind = kindOf(ownName, offset);
  const isPadded = kind === "file" && nameSize === 0;
  const name = isPadded ? withoutSlash(longNames.of(ownName, offset) ?? ownName) : ownName;

  const size = sizeWithName - nameSize;
  const content = partOf(source, start + nameSize, size);
  // Some tools leave out the padding of the last member.
  const end = Math.min(start + sizeWithName + (sizeWithName % 2), source.size);
  return { kind, name, offset, nameSize, size, content, end };
}

/** The number that a field of the header at `offset` holds. */
function decimal(field: string, offset: number): number {
  const value = Number(field);
  if (!/^ *\d+ *$/.test(field) || !Number.isSafeInteger(value)) {
    fail("MALFORMED", `the member's header at ${hex(offset)} has ${JSON.stringify(field)} where a number should be`, {
      offset,
    });
  }
  return value;
}

function textBeforeNul(b: Uint8Array): string {
  const end = b.indexOf(0);
  return decodeText(end < 0 ? b : b.subarray(0, end));
}

/** In System V archives a slash ends each name, so that spaces can be part of it. */
const withoutSlash = (name: string): string => (name.endsWith("/") ? name.slice(0, -1) : name);

/**
 * Tables have names of their own. Any other name that starts with a slash is that of a table of another tool, unless it
 * leads to a long name.
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

/** The member `//` of System V archives. Names of members are offsets into it. */
class LongNames {
  readonly #source: ByteSource;
  #bytes: Uint8Array | undefined;
  #budget: NameBudget | undefined;
  /** Undefined until it is read. */
  table: ArchiveMember | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * The long name that a name in a header stands for; undefined where the name stands for itself.
   *
   * @param offset that of the header
   */
  of(ownName: string, offset: number): string | undefined {
    if (!LONG_NAME.test(ownName)) return undefined;

    const at = Number(ownName.slice(1));
    const { table } = this;
    if (!table || at >= table.size) {
      const extent = table ? `has ${table.size} bytes` : "is not there";
      return fail(
        "MALFORMED",
        `the member at ${hex(offset)} has its name at offset ${at} of the table of long names, which ${extent}`,
        { offset },
      );
    }

    const start = table.offset + HEADER_SIZE + table.nameSize;
    this.#bytes ??= readExactly(this.#source, start, table.size, "the table of long names");
    this.#budget ??= new NameBudget(table);
    let end = at;
    while (end < table.size && this.#bytes[end] !== 0 && this.#bytes[end] !== NEWLINE) end++;

    return this.#budget.spend(decodeText(this.#bytes.subarray(at, end)));
  }
}
