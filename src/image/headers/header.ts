import { viewOf } from "../../codec/bytes.js";
import type { Encoding } from "../../codec/encoding.js";
import { Ehdr, type EhdrView, Phdr } from "../../codec/records.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import { fail } from "../../error.js";
import { PN_XNUM } from "../../spec/constants.js";
import type { Header } from "../elf.js";
import { assertInside, findSectionTable } from "./section-table.js";

/** Bytes of e_ident; the rest of the ELF header follows it. */
export const EI_NIDENT = 16;

/** Indexes of the bytes of e_ident that say which system the file is for: EI_OSABI and EI_ABIVERSION. */
export const IDENT = { osabi: 7, abiVersion: 8 } as const;

const MAGIC = [0x7f, 0x45, 0x4c, 0x46];

/** The first bytes of a static library. */
export const ARCHIVE = "!<arch>\n";
/** The first bytes of a "thin" static library, whose members are other files. */
export const THIN_ARCHIVE = "!<thin>\n";

/** Bytes of the ELF header with e_ident: 52 or 64. */
export const headerSize = (e: Encoding): number => EI_NIDENT + Ehdr.size(e.class);

/** A view of the fields behind e_ident, over the first bytes of the file. */
export const headerView = (bytes: Uint8Array, e: Encoding): EhdrView => Ehdr.view(viewOf(bytes), EI_NIDENT, e);

/** Reads and validates the ELF header. `NOT_ELF`, `ARCHIVE`, `TRUNCATED`, `MALFORMED`, `UNSAFE_INTEGER`. */
export function readHeader(source: ByteSource): Header {
  const ident = source.read(0, Math.min(source.size, EI_NIDENT));
  const encoding = encodingOf(ident, source);
  const h = headerView(readExactly(source, 0, headerSize(encoding), "the ELF header"), encoding);

  // No loader on Linux reads e_shoff, so it may say anything. Above 2^53 a double is near enough.
  const { phoff } = h;
  const shoff = h.near("shoff");
  const sections = findSectionTable(source, encoding, h);
  const count = h.phnum === PN_XNUM ? (sections.segments ?? PN_XNUM) : h.phnum;
  const phnum = phoff === 0 ? 0 : count;

  const phdrSize = Phdr.size(encoding.class);
  if (phnum > 0 && h.phentsize < phdrSize) {
    fail("MALFORMED", `e_phentsize is ${h.phentsize}, but a program header has ${phdrSize} bytes`, { offset: 0 });
  }
  assertInside(source, phoff, phnum * h.phentsize, "the program header table");

  // Field by field, without a spread: once no object with a spread shape is left, the engine forgets the shape, and
  // with it all code that was optimized for it.
  return {
    class: encoding.class,
    littleEndian: encoding.littleEndian,
    osabi: ident[IDENT.osabi]!,
    abiVersion: ident[IDENT.abiVersion]!,
    type: h.type,
    machine: h.machine,
    flags: h.flags,
    entry: h.exact("entry"),
    phoff,
    phentsize: h.phentsize,
    phnum,
    shoff,
    shentsize: h.shentsize,
    shnum: sections.count,
    shstrndx: sections.names,
    brokenSections: sections.problem,
    ehsize: h.ehsize,
  };
}

/** The encoding that e_ident states. Refuses whatever is not the start of an ELF file. */
function encodingOf(ident: Uint8Array, source: ByteSource): Encoding {
  const magic = String.fromCharCode(...ident.subarray(0, 8));
  if (magic === ARCHIVE || magic === THIN_ARCHIVE) {
    fail(
      "ARCHIVE",
      "this is a static library (ar archive), not an ELF file: its members are, and strip edits take them all together",
      {},
    );
  }

  if (MAGIC.some((b, i) => ident[i] !== b)) {
    const why = ident.length === 0 ? "the file is empty" : "the file does not start with 7f 45 4c 46 (\\x7fELF)";
    fail("NOT_ELF", why, { offset: 0 });
  }
  if (ident.length < EI_NIDENT) {
    fail("TRUNCATED", `the file ends inside e_ident, after ${ident.length} bytes`, {
      offset: 0,
      length: EI_NIDENT,
      size: source.size,
    });
  }

  const [elfClass, data, version] = [ident[4]!, ident[5]!, ident[6]!];
  if (elfClass !== 1 && elfClass !== 2) {
    fail("NOT_ELF", `EI_CLASS at 0x4 is ${elfClass}, neither ELFCLASS32 (1) nor ELFCLASS64 (2)`, { offset: 4 });
  }
  if (data !== 1 && data !== 2) {
    fail("NOT_ELF", `EI_DATA at 0x5 is ${data}, neither ELFDATA2LSB (1) nor ELFDATA2MSB (2)`, { offset: 5 });
  }
  if (version !== 1) fail("NOT_ELF", `EI_VERSION at 0x6 is ${version}, not EV_CURRENT (1)`, { offset: 6 });

  return { class: elfClass === 1 ? 32 : 64, littleEndian: data === 1 };
}
