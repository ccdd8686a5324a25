import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile } from "../elf.js";

/** What a payload begins with, and what it ends with: each format's own magic numbers. */
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
const TAILS: readonly (readonly [bytes: string, kind: string])[] = [
  ["~Module signature appended~\n", "module-signature"],
  ["\n---- Bun! ----\n", "bun"],
];

/** The end of a zip file, whose directory stands at its end: a comment of any length may follow. */
const ZIP_END = "PK\x05\x06";
const PYINSTALLER = "MEI\x0c\x0b\x0a\x0b\x0e";
const DENO = "d3n0l4nd";
const NEXE = "<nexe~~sentinel>";
const TAIL = 512;

/**
 * What kind of payload follows the ELF file: `squashfs` (AppImage), `zip`, `bun`, `deno`, `pyinstaller`,
 * `module-signature`, …; null where it is not known, or there is none.
 */
export function overlayKind(elf: ElfFile): string | null {
  const o = elf.overlay;
  if (!o) return null;

  const head = toLatin1(readExactly(elf.source, o.offset, Math.min(8, o.size), "the overlay"));
  const size = Math.min(TAIL, o.size);
  const tail = toLatin1(readExactly(elf.source, o.offset + o.size - size, size, "the overlay"));
  for (const [bytes, kind] of TAILS) if (tail.includes(bytes)) return kind;
  if (tail.includes(DENO) || head === DENO) return "deno";
  if (tail.includes(PYINSTALLER)) return "pyinstaller";
  if (tail.includes(NEXE)) return "nexe";

  for (const [bytes, kind] of HEADS) if (head.startsWith(bytes)) return kind;
  return tail.includes(ZIP_END) ? "zip" : null;
}
