import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../../image/elf.js";
import type { Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";

const evidence = evidenceOf("packer");
const MAGIC = "UPX!";
/**
 * UPX puts its first record behind the program headers and the notes that it keeps, its last one at the end of the file
 * (l_info and PackHeader of its sources).
 */
const HEAD = 512;
const TAIL = 64;

/**
 * UPX: its magic where UPX writes it, in a file without section headers. What it packed is hidden: nothing else in such
 * a file says anything of the program.
 */
export function packer(elf: ElfFile): Evidence | undefined {
  const { phoff, phnum, phentsize } = elf.header;
  const { source } = elf;
  if (elf.sections.length > 0 || phnum === 0) return undefined;

  const end = phoff + phnum * phentsize;
  const at =
    magicAt(elf, end, Math.min(end + HEAD, source.size)) ??
    magicAt(elf, Math.max(end, source.size - TAIL), source.size);
  return at === undefined
    ? undefined
    : evidence(
        "upx-magic",
        "upx",
        `${MAGIC} where UPX writes it; it hides the program's libraries, language and versions: upx -d unpacks it`,
        at,
      );
}

function magicAt({ source }: ElfFile, from: number, to: number): number | undefined {
  const at = to > from ? toLatin1(readExactly(source, from, to - from, "UPX's record")).indexOf(MAGIC) : -1;
  return at < 0 ? undefined : from + at;
}
