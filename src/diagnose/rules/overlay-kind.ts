import { toLatin1 } from "../../codec/bytes.js";
import { type ByteSource, readExactly } from "../../codec/source.js";
import type { Overlay } from "../../image/overlay.js";

/** What begins so, as far as that alone tells. */
const HEADS: readonly (readonly [magic: string, what: string])[] = [
  ["hsqs", "a squashfs file system"], ["sqsh", "a squashfs file system"], ["DWARFS", "a DwarFS file system"], ["PK\x03\x04", "a zip archive"], ["PK\x05\x06", "an empty zip archive"], ["\x1f\x8b\x08", "gzip data"],
  ["\xfd7zXZ\0", "xz data"], ["\x28\xb5\x2f\xfd", "zstd data"], ["BZh", "bzip2 data"], ["7z\xbc\xaf\x27\x1c", "a 7z archive"], ["\x7fELF", "another ELF file"], ["!<arch>\n", "an ar archive"], ["#!", "a script"],
];
/** What ends so: programs that carry their payload look for it from the end of the file. */
const TAILS: readonly (readonly [mark: string, what: string, within: number])[] = [
  ["\n---- Bun! ----\n", "a program that bun compiled", 64], ["d3n0l4nd", "a program that deno compiled", 64], ["MEI\x0c\x0b\x0a\x0b\x0e", "a PyInstaller archive", 128], ["<nexe~~sentinel>", "a program that nexe made", 64],
  ["~Module signature appended~\n", "a kernel module's signature", 28], ["PK\x05\x06", "a zip archive", 65557],
];

const APPIMAGE = /^AI[\x01\x02]$/;
const HEAD = 512;

/** What the bytes behind the end of an ELF file look like, in words; null where nothing tells. Reads a few KB of them. */
export function overlayKind(source: ByteSource, { offset, size }: Overlay): string | null {
  const head = toLatin1(readExactly(source, offset, Math.min(size, HEAD), "what follows the file's end"));
  const starts = HEADS.find(([magic]) => head.startsWith(magic))?.[1] ?? (head.startsWith("ustar", 257) ? "a tar archive" : undefined);
  if (APPIMAGE.test(toLatin1(readExactly(source, 8, 3, "the ELF header")))) return `an AppImage: ${starts ?? "its file system"}`;
  const length = Math.min(size, 65557), tail = toLatin1(readExactly(source, offset + size - length, length, "the file's end"));
  const ends = TAILS.find(([mark, , within]) => tail.indexOf(mark, Math.max(0, tail.length - within)) >= 0)?.[1];
  return ends ?? starts ?? (isAll("\0", head) && isAll("\0", tail) ? "zero bytes" : null);
}

const isAll = (c: string, text: string): boolean => text.length > 0 && text.replaceAll(c, "") === "";
