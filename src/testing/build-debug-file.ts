import { alignUp, concat, encodeText, viewOf } from "../codec/bytes.js";
import { crc32 } from "../codec/crc32.js";
import { type Encoding, wordSize } from "../codec/encoding.js";
import { Phdr, Shdr } from "../codec/records.js";
import { fail } from "../error.js";
import { ET, PT, SHF, SHT } from "../spec/constants.js";
import { laidOut } from "./build-elf.js";
import type { BuildOptions } from "./build-options.js";
import type { Image, PlacedPart, PlacedSegment } from "./layout.js";
import type { BuildSection } from "./section-parts.js";
import { writeElf } from "./write.js";

const refuse = (message: string): never => fail("BAD_EDIT", `buildDebugFile: ${message}`, { edit: "buildDebugFile" });

/**
 * Makes the separate debug file of what {@link buildElf} makes of the same options, as `objcopy --only-keep-debug`
 * does: the headers of everything, notes, symbols and debugging information, and no code or data.
 *
 * @throws ElfError `BAD_EDIT` for options that contradict each other, objects and core files, and for files without
 *   section headers
 * @example
 * const options = { symbols: [{ name: "answer" }], debugInfo: 100 };
 * const debug = buildDebugFile(options);
 * const program = buildElf({ ...options, symtab: false, debugInfo: 0, sections: [debugLinkSection("a.debug", debug)] });
 */
export function buildDebugFile(options: BuildOptions = {}): Uint8Array {
  if (options.sectionHeaders === false) refuse("nothing is left of a file without section headers");
  if (options.overlay !== undefined) refuse("a debug file has no overlay");
  if (options.extendedNumbering) refuse("a debug file has no extended numbering");

  const { elf, image } = laidOut(options);
  if (elf.type === ET.REL || elf.type === ET.CORE) refuse("an object or a core file has no debug file");
  return writeElf(elf, debugImage(image, elf.encoding));
}

const isLoadedPart = ({ flags }: PlacedPart): boolean => (flags & SHF.ALLOC) !== 0;
const isKept = (part: PlacedPart): boolean => part.type === SHT.NOTE || !isLoadedPart(part);

function debugImage(image: Image, encoding: Encoding): Image {
  const tableEnd = image.phoff + image.segments.length * Phdr.size(encoding.class);
  const notes = image.parts.filter((p) => p.type === SHT.NOTE && isLoadedPart(p));
  const head = notes.reduce((end, p) => Math.max(end, p.offset + p.size), tableEnd);

  let end = head;
  const parts = image.parts.map((part): PlacedPart => {
    if (!isKept(part)) return { ...part, type: SHT.NOBITS, offset: Math.min(part.offset, head) };
    if (isLoadedPart(part)) return part;

    const offset = alignUp(end, part.align);
    end = offset + part.size;
    return { ...part, offset };
  });

  const shoff = alignUp(end, wordSize(encoding));
  const size = shoff + (parts.length + 1) * Shdr.size(encoding.class);
  return { ...image, parts, segments: image.segments.map((s) => debugSegment(s, head)), shoff, size };
}

/** Addresses stay, and offsets up to the page, so that debuggers see which segments are the same. */
function debugSegment(segment: PlacedSegment, head: number): PlacedSegment {
  const { type, offset, filesz, vaddr, align } = segment;
  if (type === PT.PHDR || type === PT.NOTE || type === PT.NULL || type === PT.GNU_STACK) return segment;
  if (type === PT.LOAD && offset === 0) return { ...segment, filesz: Math.min(head, filesz) };
  return { ...segment, offset: align > 1 ? Number(vaddr % BigInt(align)) : 0, filesz: 0 };
}

/**
 * The section by which debuggers find a separate debug file: its name and the CRC-32 of its bytes (GDB's manual,
 * "Separate Debug Files"). For `sections` of {@link buildElf}.
 *
 * @param name the file name, without folders
 * @throws ElfError `BAD_EDIT` for bytes that are no ELF file
 */
export function debugLinkSection(name: string, debugFile: Uint8Array): BuildSection {
  if (debugFile[0] !== 0x7f) refuse("the link of a debug file needs the bytes of one");

  const text = encodeText(`${name}\0`);
  const padded = concat([text, new Uint8Array(-text.length & 3)]);
  const sum = new Uint8Array(4);
  viewOf(sum).setUint32(0, crc32(debugFile), debugFile[5] === 1);
  return { name: ".gnu_debuglink", align: 4, bytes: concat([padded, sum]) };
}
