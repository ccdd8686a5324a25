import { decodeText, toHex, viewOf } from "../../codec/bytes.js";
import { wordSize } from "../../codec/encoding.js";
import { hex, isElfError, within } from "../../error.js";
import { ABI_TAG_OS, FREEBSD_FEATURES, noteTypeName } from "../../spec/notes.js";
import { bitNames, decodeProperties, type GnuProperty } from "./gnu-properties.js";
import { brokenNote, type NoteFormat, type NoteReading, textBeforeNul, wordsOf } from "./note-fields.js";
import { decodeDlopen, decodePackageMetadata, type DlopenDependency, type PackageMetadata } from "./note-metadata.js";
import type { ElfNote } from "../elf.js";

export type { GnuProperty } from "./gnu-properties.js";
export type { NoteFormat } from "./note-fields.js";
export type { DlopenDependency, PackageMetadata } from "./note-metadata.js";

/** The contents of a note, by its owner and type. Plain JSON. */
export type NoteContents =
  /** NT_GNU_ABI_TAG: `Linux`, and the oldest kernel that the C library starts on, `3.2.0`. */
  | { readonly kind: "abi-tag"; readonly os: string; readonly kernel: string }
  /** The build ID in hex. */
  | { readonly kind: "build-id"; readonly id: string }
  /** The linker that wrote the file: `gold 1.16`. */
  | { readonly kind: "gold-version"; readonly version: string }
  | { readonly kind: "properties"; readonly properties: readonly GnuProperty[] }
  | { readonly kind: "go-build-id"; readonly id: string }
  | { readonly kind: "package"; readonly metadata: PackageMetadata }
  | { readonly kind: "dlopen"; readonly libraries: readonly DlopenDependency[] }
  /** The API level that the file was built for, and the NDK's version and build where the note has them. */
  | {
      readonly kind: "android";
      readonly apiLevel: number;
      readonly ndk: string | null;
      readonly ndkBuild: string | null;
    }
  /**
   * The system that the file was built for: `FreeBSD`; its version `14.1`, or whatever the number means; and the number
   * itself (`__FreeBSD_version`).
   */
  | { readonly kind: "system"; readonly os: string; readonly version: string; readonly number: number }
  /** NT_FREEBSD_FEATURE_CTL. */
  | { readonly kind: "features"; readonly features: readonly string[] }
  /** A SystemTap (USDT) probe. */
  | {
      readonly kind: "probe";
      readonly provider: string;
      readonly name: string;
      readonly address: number | string;
      readonly arguments: string;
    }
  /** A text or number, whose meaning is in the name of the note's type. */
  | { readonly kind: "text"; readonly text: string };

type Decode = (bytes: Uint8Array, format: NoteReading) => NoteContents;

/** Bytes of text in a note, at most. */
const LONGEST_TEXT = 64 << 10;

/** Bytes of a build ID, at most. */
const LONGEST_BUILD_ID = 1024;

function shortText(bytes: Uint8Array, format: NoteReading): string {
  if (bytes.length > LONGEST_TEXT) brokenNote(`has ${bytes.length} bytes of text, more than ${LONGEST_TEXT}`, format);
  return textBeforeNul(bytes);
}

const text: Decode = (bytes, format) => ({ kind: "text", text: shortText(bytes, format) });

/** The parts of a version number, joined by dots. All but the first have two decimal digits. */
const dotted = (n: number, ...divisors: number[]): string =>
  divisors.map((d, i) => Math.floor(n / d) % (i === 0 ? Infinity : 100)).join(".");

const DECODERS: Readonly<Record<string, Decode>> = {
  NT_GNU_ABI_TAG(bytes, format) {
    const [os, ...kernel] = wordsOf(bytes, 4, format);
    return { kind: "abi-tag", os: ABI_TAG_OS[os!] ?? hex(os!), kernel: kernel.join(".") };
  },
  NT_GNU_BUILD_ID(bytes, format) {
    if (bytes.length > LONGEST_BUILD_ID) brokenNote(`has ${bytes.length} bytes, more than any build ID`, format);
    return { kind: "build-id", id: toHex(bytes) };
  },
  NT_GNU_GOLD_VERSION: (bytes, format) => ({ kind: "gold-version", version: shortText(bytes, format) }),
  NT_GNU_PROPERTY_TYPE_0: (bytes, format) => ({ kind: "properties", properties: decodeProperties(bytes, format) }),
  NT_GO_BUILD_ID: (bytes, format) => ({ kind: "go-build-id", id: shortText(bytes, format) }),
  NT_FDO_PACKAGING_METADATA: (bytes, format) => ({ kind: "package", metadata: decodePackageMetadata(bytes, format) }),
  NT_FDO_DLOPEN_METADATA: (bytes, format) => ({ kind: "dlopen", libraries: decodeDlopen(bytes, format) }),
  NT_ANDROID_TYPE_IDENT(bytes, format) {
    const [apiLevel] = wordsOf(bytes, 1, format);
    const part = (at: number) => (bytes.length >= at + 64 ? textBeforeNul(bytes.subarray(at, at + 64)) : null);
    return { kind: "android", apiLevel: apiLevel!, ndk: part(4), ndkBuild: part(68) };
  },
  NT_FREEBSD_ABI_TAG: /* @__PURE__ */ system("FreeBSD", (n) => dotted(n, 100_000, 1000)),
  // MMmmrrpp00: release, minor, and the patch in the hundreds (NetBSD's sys/param.h).
  NT_NETBSD_IDENT: /* @__PURE__ */ system("NetBSD", (n) => dotted(n, 100_000_000, 1_000_000, 100)),
  NT_OPENBSD_IDENT: /* @__PURE__ */ system("OpenBSD", String),
  NT_DRAGONFLY_ABI_TAG: /* @__PURE__ */ system("DragonFly", (n) => dotted(n, 100_000, 100)),
  NT_FREEBSD_ARCH_TAG: text,
  NT_NETBSD_MARCH: text,
  NT_NETBSD_CMODEL: text,
  LINUX_ELFNOTE_BUILD_SALT: text,
  NT_FREEBSD_FEATURE_CTL: (bytes, format) => ({
    kind: "features",
    features: bitNames(wordsOf(bytes, 1, format)[0]!, FREEBSD_FEATURES),
  }),
  LINUX_ELFNOTE_VERSION: (bytes, format) => ({ kind: "text", text: kernelVersion(wordsOf(bytes, 1, format)[0]!) }),
  NT_STAPSDT: decodeProbe,
};

/** KERNEL_VERSION() of linux/version.h. */
const kernelVersion = (n: number): string => `${n >>> 16}.${(n >>> 8) & 255}.${n & 255}`;

/** A note whose only word is the version of the system. */
function system(os: string, version: (n: number) => string): Decode {
  return (bytes, format) => {
    const n = wordsOf(bytes, 1, format)[0]!;
    return { kind: "system", os, version: version(n), number: n };
  };
}

/** Three addresses (the probe, .stapsdt.base, the semaphore), then three texts (SystemTap's sys/sdt.h). */
function decodeProbe(bytes: Uint8Array, format: NoteReading): NoteContents {
  const word = wordSize(format);
  const textsAt = 3 * word;
  if (bytes.length < textsAt + 3 || bytes.length > LONGEST_TEXT) {
    brokenNote(`has ${bytes.length} bytes, which a probe cannot have`, format);
  }

  const view = viewOf(bytes);
  const address =
    word === 8 ? view.getBigUint64(0, format.littleEndian) : BigInt(view.getUint32(0, format.littleEndian));
  const texts = decodeText(bytes.subarray(textsAt)).split("\0", 3);
  if (texts.length < 3) brokenNote("has no provider, name and arguments", format);
  const [provider, name, args] = texts as [string, string, string];

  return {
    kind: "probe",
    provider,
    name,
    address: address <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(address) : hex(address),
    arguments: args,
  };
}

/**
 * What a note says. Null where its owner and type are not among those that are understood (the registers of core files,
 * Xen, private notes); then only its name and bytes are known.
 *
 * @param format the file's header, which has class, byte order and machine
 * @throws ElfError `MALFORMED` where the contents are not what the type promises
 * @example
 * elf.notes.map((n) => decodeNote(n, elf.header))
 * // [{ kind: "build-id", id: "e005…" }, { kind: "abi-tag", os: "Linux", kernel: "3.2.0" }]
 */
export function decodeNote(note: ElfNote, format: NoteFormat): NoteContents | null {
  const name = noteTypeName(note.owner, note.type);
  const decode = name !== null && Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (!decode) return null;

  const { class: bits, littleEndian, machine } = format;
  const reading = { class: bits, littleEndian, machine, offset: note.offset };
  return within(`the note ${name} at ${hex(note.offset)}`, () => decode(note.description, reading));
}

/** The contents of one kind, e.g. of every probe. Notes that cannot be read are left out. */
export function* contentsOfKind<K extends NoteContents["kind"]>(
  notes: Iterable<ElfNote>,
  format: NoteFormat,
  kind: K,
): Generator<Extract<NoteContents, { kind: K }>> {
  for (const note of notes) {
    const contents = decodeReadable(note, format);
    if (contents?.kind === kind) yield contents as Extract<NoteContents, { kind: K }>;
  }
}

/** {@link decodeNote}, with null for a note that cannot be read. */
function decodeReadable(note: ElfNote, format: NoteFormat): NoteContents | null {
  try {
    return decodeNote(note, format);
  } catch (e) {
    if (!isElfError(e)) throw e;
    return null;
  }
}

/** The GNU properties of a file, from all of its property notes. */
export const gnuProperties = (notes: Iterable<ElfNote>, format: NoteFormat): GnuProperty[] =>
  [...contentsOfKind(notes, format, "properties")].flatMap((c) => c.properties);
