import { alignUp, cString, equalBytes, numberBytes } from "../codec/bytes.js";
import { crc32 } from "../codec/crc32.js";
import { bytesIn, readExactly } from "../codec/source.js";
import { type Edit, type EditFamily, type EditParsers, made } from "../edit/family.js";
import { ANY_ELF, refuseBrokenSections } from "../edit/kinds.js";
import { fail } from "../error.js";
import { fileRange } from "../image/headers/sections.js";
import { oneContent } from "../rewrite/wish/contents.js";
import { SHT } from "../spec/constants.js";
import { shown } from "../edit/json-edit.js";

/** See {@link addDebugLink}. */
export interface AddDebugLink extends Edit {
  readonly edit: "addDebugLink";
  readonly file: string;
  readonly crc: number;
}

/**
 * Names the separate debug file in `.gnu_debuglink`, where gdb and elfutils look for it. An older link is replaced.
 *
 * @param file the debug file's name; debuggers use the part behind the last slash
 * @param debug its bytes, or their CRC-32
 * @throws ElfError `BAD_EDIT`; when applied, `OVERLAY`
 * @example
 * patch(bytes, [stripUnneeded(), addDebugLink("server.debug", await readFile("server.debug"))])
 */
export function addDebugLink(file: string, debug: Uint8Array | ArrayBufferLike | number): AddDebugLink {
  const name = typeof file === "string" ? file.slice(file.lastIndexOf("/") + 1) : "";
  if (name === "" || name.includes("\0")) {
    fail("BAD_EDIT", `addDebugLink: ${shown(file)} is no file's name`, { edit: "addDebugLink" });
  }

  const bytes = bytesIn(debug);
  const crc = bytes ? crc32(bytes) : (debug as number);
  const isCrc = Number.isInteger(crc) && crc >= 0 && crc <= 0xffffffff;
  if (!isCrc) {
    fail("BAD_EDIT", `addDebugLink: ${shown(debug)} is neither the bytes of the debug file nor their CRC-32`, {
      edit: "addDebugLink",
    });
  }

  return made(debugLinkFamily, { edit: "addDebugLink", file: name, crc });
}

const NAME = ".gnu_debuglink";

/**
 * .gnu_debuglink (gdb's manual, "Separate Debug Files"): the name of the debug file, NUL bytes up to a multiple of
 * four, and its CRC-32 in the byte order of the program.
 */
function linkBytes({ file, crc }: AddDebugLink, littleEndian: boolean): Uint8Array {
  const name = cString(file, "addDebugLink");
  const crcAt = alignUp(name.length, 4);
  const bytes = new Uint8Array(crcAt + 4);
  bytes.set(name);
  bytes.set(numberBytes(crc, 4, littleEndian), crcAt);
  return bytes;
}

export const debugLinkFamily: EditFamily<AddDebugLink> = {
  name: "debug-link",
  order: 100,
  takes: ANY_ELF,
  requires: refuseBrokenSections,

  contradicts([first, ...rest]) {
    const isOther = rest.some((l) => l.file !== first!.file || l.crc !== first!.crc);
    if (isOther) {
      fail("BAD_EDIT", "addDebugLink: a file has one separate debug file, and two are given", { edit: "addDebugLink" });
    }
  },

  // A new section, or new bytes for the one that is there.
  apply({ elf, sections, newSections }, [link]) {
    if (elf.header.shnum === 0) {
      fail("UNSUPPORTED", "addDebugLink: the file has no section headers, so it cannot say where its debug file is", {
        what: "a file without section headers",
      });
    }

    const bytes = linkBytes(link!, elf.header.littleEndian);
    const section = elf.sections.find((s) => s.name === NAME && !sections.dropped.has(s.index));
    if (!section) {
      newSections.push({ name: NAME, type: SHT.PROGBITS, align: 4, bytes });
      return;
    }

    const { offset, size } = fileRange(section, elf.source);
    const isSame = equalBytes(readExactly(elf.source, offset, size, NAME), bytes);
    if (!isSame) sections.contents.add(oneContent(section.index, bytes.length, () => bytes));
  },
};

/** Makes the edits again from plain data. */
export const debugLinkParsers: EditParsers<AddDebugLink> = {
  addDebugLink: (json) => addDebugLink(json.text("file"), json.number("crc")),
};
