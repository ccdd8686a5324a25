import type { ElfFile } from "../image/elf.js";
import { readElf } from "../image/read-elf.js";
import { openSource } from "./source.js";

/** An {@link ElfFile} over an open file. */
export interface OpenElfFile extends ElfFile {
  /** Closes the file; properties that were not read before throw `IO` afterwards. */
  close(): void;
}

/**
 * Opens an ELF file, reading only what is asked for: the needed libraries of a 1 GB file cost a few KB.
 *
 * @throws ElfError `IO`, and as `readElf`
 * @example
 * const elf = readElfFile("server");
 * try { console.log(elf.needed); } finally { elf.close(); }
 */
export function readElfFile(path: string): OpenElfFile {
  const source = openSource(path);
  try {
    return Object.assign(readElf(source), { close: () => source.close() });
  } catch (e) {
    source.close();
    throw e;
  }
}
