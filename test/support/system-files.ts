import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

/** Is this an ELF file for x86-64 that a loader takes: ELFCLASS64, little-endian, ET_EXEC or ET_DYN? */
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
  const isNewProgram = (path: string): boolean => {
    const { dev, ino, size } = statSync(path);
    const key = `${dev} ${ino}`;
    if (seen.has(key) || size > largest || size < 64) return false;

    seen.add(key);
    return isProgram(path);
  };
  const under = (dir: string): string[] =>
    readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return under(path);
      return entry.isFile() && isNewProgram(path) ? [path] : [];
    });

  return folders.flatMap(under).sort();
}
