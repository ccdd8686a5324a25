import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../elf.js";

/** The magic numbers that payloads begin with. */
const HEADS: readonly (readonly [bytes: string, kind: string])[] = [
  ["hsqs", "squashfs"],
  ["DWARFS", "dwarfs"],
  ["PK\x03\x04", "zip"],
  ["\x1f\x8b\x08", "gzip"],
  ["\xfd7zXZ\0", "xz"],
  ["\x28\xb5\x2f\xfd", "zstd"],
  ["BZh", "bzip2"],
  ["7z\xbc\xaf\x27\x1c", "7z"],
  ["\x7fELF", "elf"],
];

/** The magic numbers that payloads end with. */
const TAILS: readonly (readonly [bytes: string, kind: string])[] = [
  ["~Module signature appended~\n", "module-signature"],
  ["\n---- Bun! ----\n", "bun"],
];

/** The directory of a zip file is at its end, before a comment of any length. */
const ZIP_END = "PK\x05\x06";
const PYINSTALLER = "MEI\x0c\x0b\x0a\x0b\x0e";
const DENO = "d3n0l4nd";
const NEXE = "<nexe~~sentinel>";

/** Bytes at the end of a payload that are searched. */
const TAIL_SIZE = 512;

/**
 * The kind of payload that follows the ELF file: `squashfs` (AppImage), `zip`, `bun`, `deno`, `pyinstaller`,
 * `module-signature`, …; null where it is not known, or where there is none.
 */
export function overlayKind(elf: ElfFile): string | null {
  const { overlay } = elf;
  if (!overlay) return null;

  const { offset, size } = overlay;
  const head = toLatin1(readExactly(elf.source, offset, Math.min(8, size), "the overlay"));
  const tailSize = Math.min(TAIL_SIZE, size);
  const tail = toLatin1(readExactly(elf.source, offset + size - tailSize, tailSize, "the overlay"));

  for (const [bytes, kind] of TAILS) if (tail.includes(bytes)) return kind;
  if (tail.includes(DENO) || head === DENO) return "deno";
  if (tail.includes(PYINSTALLER)) return "pyinstaller";
  if (tail.includes(NEXE)) return "nexe";

  for (const [bytes, kind] of HEADS) if (head.startsWith(bytes)) return kind;
  return tail.includes(ZIP_END) ? "zip" : null;
}
