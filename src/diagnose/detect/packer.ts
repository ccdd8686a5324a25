import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import type { Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";

const evidence = /* @__PURE__ */ evidenceOf("packer");
const MAGIC = "UPX!";

/**
 * How far to look for UPX's records: the first one follows the program headers and the notes that UPX keeps, the last
 * one is at the end of the file (l_info and PackHeader in its sources).
 */
const HEAD = 512;
const TAIL = 64;

/**
 * UPX: its magic where UPX writes it, in a file without section headers. The packed program is hidden: nothing else in
 * such a file says anything about it.
 */
export function packerEvidence(elf: ElfFile): Evidence | undefined {
  const { phoff, phnum, phentsize } = elf.header;
  const { size } = elf.source;
  if (elf.sections.length > 0 || phnum === 0) return undefined;

  const end = phoff + phnum * phentsize;
  const found = magicAt(elf, end, Math.min(end + HEAD, size)) ?? magicAt(elf, Math.max(end, size - TAIL), size);
  if (found === undefined) return undefined;

  const why =
    `${MAGIC} where UPX writes it; it hides the program's libraries, language and versions: ` + "upx -d unpacks it";
  return evidence("upx-magic", "upx", why, found);
}

/** The file offset of the magic in a range; undefined for none. */
function magicAt({ source }: ElfFile, from: number, to: number): number | undefined {
  if (to <= from) return undefined;

  const at = toLatin1(readExactly(source, from, to - from, "UPX's record")).indexOf(MAGIC);
  return at < 0 ? undefined : from + at;
}
