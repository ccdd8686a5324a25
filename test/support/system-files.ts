import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

/** An ELF file for x86-64 that a loader takes: ELFCLASS64, little-endian, ET_EXEC or ET_DYN. */
export function isProgram(path: string): boolean {
  const head = Buffer.alloc(20);
  const fd = openSync(path, "r");
  try {
    return (
      readSync(fd, head) === 20 &&
      head.readUInt32BE(0) === 0x7f454c46 &&
      head[4] === 2 &&
      head[5] === 1 &&
      head.readUInt16LE(18) === 62 &&
      [2, 3].includes(head.readUInt16LE(16))
    );
  } finally {
    closeSync(fd);
  }
}

/** Programs and libraries of this machine under some folders, each inode once, in order of their paths. */
export function systemPrograms(folders: readonly string[], largest = 200 << 20): string[] {
  const seen = new Set<string>();
  const under = (dir: string): string[] =>
    readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
      const path = join(dir, e.name);
      if (e.isDirectory()) return under(path);
      if (!e.isFile()) return [];
      const { dev, ino, size } = statSync(path);
      const key = `${dev} ${ino}`;
      if (seen.has(key) || size > largest || size < 64) return [];
      seen.add(key);
      return isProgram(path) ? [path] : [];
    });
  return folders.flatMap(under).sort();
}
