import { decodeText, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { PF, PT } from "../../spec/constants.js";
import { disjoint, type SearchedRange, searchTexts } from "./text-search.js";

/** What `go version -m` prints (Go's debug/buildinfo): the version, and the description of the module. */
export interface GoBuildInfo {
  /** File offset of the record. */
  readonly offset: number;
  readonly version: string;
  readonly path: string | null;
  readonly module: { readonly path: string; readonly version: string } | null;
  readonly settings: Readonly<Record<string, string>>;
}

const MAGIC = "\xff Go buildinf:";
/**
 * The record's size: the magic, the size of a pointer, flags, then two pointers. From Go 1.18 on, 16 spare bytes stand
 * in place of the pointers, and two strings follow the record.
 */
const HEADER = 32;
const POINTER_SIZE = 14;
const FLAGS = 15;
const BIG_ENDIAN = 1;
const INLINE = 2;

/** No version and no description is longer, while a length in a broken file may be anything. */
const LONGEST_VERSION = 256;
const LONGEST_MODULE = 4 << 20;

/** Does a record begin here? A program that looks for such records has the magic as a constant. */
export const isBuildInfo = (elf: ElfFile, offset: number): boolean => readTexts(elf, offset) !== undefined;

/**
 * The build information at .go.buildinfo. Without that section, the writable segments are searched: the linker puts it
 * at their start. Null for none.
 */
export function goBuildInfo(elf: ElfFile): GoBuildInfo | null {
  const section = elf.sections.find((s) => s.name === ".go.buildinfo")?.header;
  const writable = elf.segments
    .filter((s) => s.type === PT.LOAD && s.flags & PF.W)
    .map((s) => ({ offset: s.near("offset"), size: s.near("filesz") }));
  const ranges = section ? [{ offset: section.near("offset"), size: section.near("size") }] : writable;

  const [found] = searchTexts(
    elf.source,
    disjoint(ranges, elf.source.size),
    [{ text: MAGIC, holds: (offset) => isBuildInfo(elf, offset) }],
    ([offset]) => offset !== undefined,
  );
  return found === undefined ? null : goBuildInfoAt(elf, found);
}

export function goBuildInfoAt(elf: ElfFile, offset: number): GoBuildInfo | null {
  const texts = readTexts(elf, offset);
  return texts ? { offset, version: texts.version, ...parseModule(decodeText(unmarked(texts.module()))) } : null;
}

interface Texts {
  readonly version: string;
  readonly module: () => Uint8Array;
}

function readTexts(elf: ElfFile, offset: number): Texts | undefined {
  if (offset % 16 !== 0 || offset + HEADER > elf.source.size) return undefined;

  const head = readExactly(elf.source, offset, HEADER, "Go's build information");
  const flags = head[FLAGS]!;
  const isInline = (flags & INLINE) !== 0;
  const texts = isInline ? inlineTexts(elf, offset + HEADER) : pointedTexts(elf, head, (flags & BIG_ENDIAN) === 0);
  return texts && /^(go\d|devel)/.test(texts.version) ? texts : undefined;
}

/** From Go 1.18 on: each text follows its length, which is a varint. */
function inlineTexts(elf: ElfFile, offset: number): Texts | undefined {
  const version = inlineText(elf, offset, LONGEST_VERSION);
  if (!version) return undefined;

  return {
    version: decodeText(bytesAt(elf, version)),
    module: () => bytesAt(elf, inlineText(elf, version.offset + version.size, LONGEST_MODULE)),
  };
}

/** Lengths that matter take at most so many bytes. */
const LONGEST_VARINT = 5;

function inlineText(elf: ElfFile, offset: number, longest: number): SearchedRange | undefined {
  const left = Math.max(0, elf.source.size - offset);
  const varint = readExactly(elf.source, offset, Math.min(LONGEST_VARINT, left), "a length");
  let size = 0;
  let used = 0;
  for (const byte of varint) {
    size += (byte & 0x7f) * 2 ** (7 * used);
    used++;
    if (byte < 0x80) break;
  }

  if (used === 0 || size > longest || offset + used + size > elf.source.size) return undefined;
  return { offset: offset + used, size };
}

const NONE = /* @__PURE__ */ new Uint8Array(0);

const bytesAt = (elf: ElfFile, range: SearchedRange | undefined): Uint8Array =>
  range ? readExactly(elf.source, range.offset, range.size, "Go's build information") : NONE;

/** Before Go 1.18: pointers to Go's strings, each of which is an address and a length. */
function pointedTexts(elf: ElfFile, head: Uint8Array, littleEndian: boolean): Texts | undefined {
  const size = head[POINTER_SIZE];
  if (size !== wordSize(elf.header) || littleEndian !== elf.header.littleEndian) return undefined;

  const word = (bytes: Uint8Array, at: number) =>
    size === 8 ? viewOf(bytes).getBigUint64(at, littleEndian) : BigInt(viewOf(bytes).getUint32(at, littleEndian));

  const text = (pointer: bigint, longest: number): SearchedRange | undefined => {
    const at = elf.offsetOf(pointer, 2 * size);
    if (at === undefined) return undefined;

    const string = readExactly(elf.source, at, 2 * size, "a Go string");
    const length = word(string, size);
    if (length <= 0n || length > BigInt(longest)) return undefined;

    const offset = elf.offsetOf(word(string, 0), Number(length));
    return offset === undefined ? undefined : { offset, size: Number(length) };
  };

  const version = text(word(head, 16), LONGEST_VERSION);
  if (!version) return undefined;

  return {
    version: decodeText(bytesAt(elf, version)),
    module: () => bytesAt(elf, text(word(head, 16 + size), LONGEST_MODULE)),
  };
}

/** 16 bytes stand before and behind the description, so that tools find it in a program. */
const MARK = 16;

function unmarked(bytes: Uint8Array): Uint8Array {
  const isMarked = bytes.length > 2 * MARK && bytes[bytes.length - MARK - 1] === 0x0a;
  return isMarked ? bytes.subarray(MARK, bytes.length - MARK) : bytes;
}

/** The description: lines, each of fields with a tab between them. */
function parseModule(text: string): Pick<GoBuildInfo, "path" | "module" | "settings"> {
  const settings: Record<string, string> = {};
  let path: string | null = null;
  let module: GoBuildInfo["module"] = null;
  for (const line of text.split("\n")) {
    const [kind = "", first = "", second = ""] = line.split("\t");
    if (kind === "path") {
      path ??= first;
    } else if (kind === "mod") {
      module ??= { path: first, version: second };
    } else if (kind === "build") {
      const [key, value] = setting(line.slice("build\t".length));
      // An assignment to `__proto__` would not make a property.
      if (key !== undefined) {
        Object.defineProperty(settings, key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
  }

  return { path, module, settings };
}

/** `key=value`, either of them in quotes where Go's syntax needs them. */
function setting(text: string): [string | undefined, string] {
  const quoted = /^("(?:[^"\\]|\\.)*"|`[^`]*`)=/.exec(text);
  const equals = quoted ? quoted[1]!.length : text.indexOf("=");
  return equals < 0 ? [undefined, ""] : [unquote(text.slice(0, equals)), unquote(text.slice(equals + 1))];
}

const ESCAPE = /\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[0-7]{3}|.)/gi;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
};

/** A string of Go's syntax: in backquotes as it is, in quotes with escapes. */
function unquote(text: string): string {
  if (/^`[^`]*`$/.test(text)) return text.slice(1, -1);
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return text;
  return text.slice(1, -1).replace(ESCAPE, (_, escape: string) => unescaped(escape));
}

function unescaped(escape: string): string {
  if (/^[xuU]./.test(escape)) return String.fromCodePoint(Math.min(0x10ffff, parseInt(escape.slice(1), 16)));
  if (/^[0-7]{3}$/.test(escape)) return String.fromCharCode(parseInt(escape, 8));
  return SIMPLE_ESCAPES[escape] ?? escape;
}
