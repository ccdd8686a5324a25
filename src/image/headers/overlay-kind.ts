import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import type { ElfFile, Overlay } from "../elf.js";

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
  ["d3n0l4nd", "deno"],
];

/** Zip files have their directory at the end, before a comment of any length. */
const ZIP = "zip";

/** The magic numbers that payloads have near their end. */
const TAILS: readonly (readonly [bytes: string, kind: string])[] = [
  ["~Module signature appended~\n", "module-signature"],
  ["\n---- Bun! ----\n", "bun"],
  ["d3n0l4nd", "deno"],
  ["MEI\x0c\x0b\x0a\x0b\x0e", "pyinstaller"],
  ["<nexe~~sentinel>", "nexe"],
  ["PK\x05\x06", ZIP],
];

/** Bytes at the end of a payload that are searched. */
const TAIL_SIZE = 512;

/** The kind of payload that ends the file, by what stands near its end; undefined where that tells nothing. */
export function tailKind({ source }: ElfFile, { offset, size }: Overlay): string | undefined {
  const length = Math.min(TAIL_SIZE, size);
  const tail = toLatin1(readExactly(source, offset + size - length, length, "the overlay"));
  return TAILS.find(([bytes]) => tail.includes(bytes))?.[1];
}

/**
 * The kind of payload that follows the ELF file: `squashfs` (AppImage), `zip`, `bun`, `deno`, `pyinstaller`,
 * `module-signature`, …; null where it is not known, or where there is none.
 */
export function overlayKind(elf: ElfFile): string | null {
  const { overlay, source } = elf;
  if (!overlay) return null;

  const byTail = tailKind(elf, overlay);
  if (byTail !== undefined && byTail !== ZIP) return byTail;

  const head = toLatin1(readExactly(source, overlay.offset, Math.min(8, overlay.size), "the overlay"));
  return HEADS.find(([bytes]) => head.startsWith(bytes))?.[1] ?? byTail ?? null;
}
