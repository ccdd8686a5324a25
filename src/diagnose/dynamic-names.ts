import { Sym } from "../codec/records.js";
import type { ElfFile } from "../image/elf.js";
import { type SymbolVersion, symbolVersions } from "../image/versions.js";
import { SHN, STB, STT_LOPROC } from "../spec/constants.js";

/** A dynamic symbol that another file has to define. */
export interface Import {
  /** Its place in .dynsym. */
  readonly index: number;
  readonly name: string;
  /** STB_WEAK: the loader goes on without. */
  readonly weak: boolean;
  /** STT_*. */
  readonly type: number;
  /** The version that it is bound to; undefined for none. */
  readonly version: SymbolVersion | undefined;
  /** File offset of its record. */
  readonly at: number;
}

/** A dynamic symbol that the file defines. */
export interface Export {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  /** st_value: the address, or the offset in thread-local storage. */
  readonly value: bigint;
  readonly at: number;
}

/** The dynamic symbols by what they mean for others. Local ones, and SPARC's registers, are of no other file. */
export function dynamicNames(elf: ElfFile): { imports: readonly Import[]; exports: readonly Export[] } {
  const imports: Import[] = [], exports: Export[] = [], table = elf.dynamicSymbols;
  if (!table) return { imports, exports };
  const version = symbolVersions(elf), size = Sym.size(elf.header.class);
  for (const { index, name, shndx, binding, type, value } of table) {
    if (index === 0 || name === "" || binding === STB.LOCAL || type >= STT_LOPROC) continue;
    const at = table.offset + index * size;
    if (shndx === SHN.UNDEF) imports.push({ index, name, weak: binding === STB.WEAK, type, version: version(index), at });
    else exports.push({ index, name, type, value, at });
  }
  return { imports, exports };
}
