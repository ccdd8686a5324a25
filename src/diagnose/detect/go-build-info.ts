import { decodeText, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import { PF, PT } from "../../spec/constants.js";
import { disjoint, type SearchedRange, searchTexts } from "./text-search.js";

/** What `go version -m` prints (Go's debug/buildinfo): the version, and lines of a module's description. */
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
 * The record's size: magic, size of a pointer, flags; then two pointers, or from 1.18 on two strings behind 16 spare
 * bytes.
 */
const HEADER = 32;
const FLAGS = 15;
const POINTER_SIZE = 14;
const BIG_ENDIAN = 1;
const INLINE = 2;
/** No version and no description is longer; in a broken file a length may be anything. */
const LONGEST_VERSION = 256;
const LONGEST_MODULE = 4 << 20;

/** Does a record begin here, and not just the magic as a constant of a program that looks for it? */
export const isBuildInfo = (elf: ElfFile, offset: number): boolean => readTexts(elf, offset) !== undefined;

/**
 * The build information at .go.buildinfo, or where it is found in what is writable: the linker puts it at the start.
 * Null for none.
 */
export function goBuildInfo(elf: ElfFile): GoBuildInfo | null {
  const section = elf.sections.find((s) => s.name === ".go.buildinfo")?.header;
  const loads = elf.segments
    .filter((s) => s.type === PT.LOAD && s.flags & PF.W)
    .map((s) => ({ offset: s.near("offset"), size: s.near("filesz") }));
  const ranges = section ? [{ offset: section.near("offset"), size: section.near("size") }] : loads;
  const [at] = searchTexts(
    elf.source,
    disjoint(ranges, elf.source.size),
    [{ text: MAGIC, holds: (at) => isBuildInfo(elf, at) }],
    ([found]) => found !== undefined,
  );

  return at === undefined ? null : goBuildInfoAt(elf, at);
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
  const texts =
    flags & INLINE ? inlineTexts(elf, offset + HEADER) : pointedTexts(elf, head, (flags & BIG_ENDIAN) === 0);
  return texts && /^(go\d|devel)/.test(texts.version) ? texts : undefined;
}

const NONE = new Uint8Array(0);

/** From Go 1.18 on: each text behind its length as a varint. */
function inlineTexts(elf: ElfFile, offset: number): Texts | undefined {
  const version = inlineText(elf, offset, LONGEST_VERSION);
  return (
    version && {
      version: decodeText(bytesAt(elf, version)),
      module: () => bytesAt(elf, inlineText(elf, version.offset + version.size, LONGEST_MODULE)),
    }
  );
}

function inlineText(elf: ElfFile, offset: number, longest: number): SearchedRange | undefined {
  const head = readExactly(elf.source, offset, Math.max(0, Math.min(5, elf.source.size - offset)), "a length");
  let size = 0;
  let used = 0;

  for (const byte of head) {
    size += (byte & 0x7f) * 2 ** (7 * used++);
    if (byte < 0x80) break;
  }

  return used > 0 && size <= longest && offset + used + size <= elf.source.size
    ? { offset: offset + used, size }
    : undefined;
}

const bytesAt = (elf: ElfFile, range: SearchedRange | undefined): Uint8Array =>
  range ? readExactly(elf.source, range.offset, range.size, "Go's build information") : NONE;

/** Before: pointers to Go's strings, each an address and a length. */
function pointedTexts(elf: ElfFile, head: Uint8Array, littleEndian: boolean): Texts | undefined {
  const size = head[POINTER_SIZE];
  if (size !== wordSize(elf.header) || littleEndian !== elf.header.littleEndian) return undefined;

  const word = (b: Uint8Array, at: number) =>
    size === 8 ? viewOf(b).getBigUint64(at, littleEndian) : BigInt(viewOf(b).getUint32(at, littleEndian));
  const text = (pointer: bigint, longest: number): SearchedRange | undefined => {
    const at = elf.offsetOf(pointer, 2 * size);
    if (at === undefined) return undefined;
    const b = readExactly(elf.source, at, 2 * size, "a Go string");
    const length = word(b, size);
    const offset = length > 0n && length <= BigInt(longest) ? elf.offsetOf(word(b, 0), Number(length)) : undefined;
    return offset === undefined ? undefined : { offset, size: Number(length) };
  };
  const version = text(word(head, 16), LONGEST_VERSION);

  return (
    version && {
      version: decodeText(bytesAt(elf, version)),
      module: () => bytesAt(elf, text(word(head, 16 + size), LONGEST_MODULE)),
    }
  );
}

/** 16 bytes stand before and behind the description, so that tools find it in a program. */
const MARK = 16;
const unmarked = (b: Uint8Array): Uint8Array =>
  b.length > 2 * MARK && b[b.length - MARK - 1] === 0x0a ? b.subarray(MARK, b.length - MARK) : b;

/** Lines of fields that tabs part. */
function parseModule(marked: string): Pick<GoBuildInfo, "path" | "module" | "settings"> {
  const settings: Record<string, string> = {};
  let path: string | null = null;
  let module: GoBuildInfo["module"] = null;

  for (const line of marked.split("\n")) {
    const [kind = "", first = "", second = ""] = line.split("\t");
    if (kind === "path") {
      path ??= first;
    } else if (kind === "mod") {
      module ??= { path: first, version: second };
    } else if (kind === "build") {
      const [key, value] = setting(line.slice("build\t".length));
      if (key !== undefined) {
        Object.defineProperty(settings, key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
  }

  return { path, module, settings };
}

/** `key=value`, either of them quoted where Go would have to. */
function setting(text: string): [string | undefined, string] {
  const quoted = /^("(?:[^"\\]|\\.)*"|`[^`]*`)=/.exec(text);
  const at = quoted ? quoted[1]!.length : text.indexOf("=");
  return at < 0 ? [undefined, ""] : [unquote(text.slice(0, at)), unquote(text.slice(at + 1))];
}

function unquote(text: string): string {
  if (/^`[^`]*`$/.test(text)) return text.slice(1, -1);
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return text;
  return text.slice(1, -1).replace(/\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[0-7]{3}|.)/gi, (_, e: string) => {
    const simple: Readonly<Record<string, string>> = {
      n: "\n",
      t: "\t",
      r: "\r",
      a: "\x07",
      b: "\b",
      f: "\f",
      v: "\v",
    };
    if (/^[xuU]./.test(e)) return String.fromCodePoint(Math.min(0x10ffff, parseInt(e.slice(1), 16)));
    return /^[0-7]{3}$/.test(e) ? String.fromCharCode(parseInt(e, 8)) : (simple[e] ?? e);
  });
}
