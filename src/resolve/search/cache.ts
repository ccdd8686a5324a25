import { toLatin1, viewOf } from "../../codec/bytes.js";
import { isElfError } from "../../error.js";
import { NameBudget, StringTable } from "../../image/strings.js";
import { bytesSource } from "../../codec/source.js";

/** One library in ld.so.cache. */
export interface CacheEntry {
  readonly name: string;
  readonly path: string;
  /** FLAG_ELF… and the flags that tell ABIs apart (glibc's ldconfig.h). */
  readonly flags: number;
  /** The subdirectory of `glibc-hwcaps` that the library is in; null for none. */
  readonly hwcaps: string | null;
  /** The entry asks for features of the processor in the way of glibc before 2.33. */
  readonly isLegacy: boolean;
}

/** ld.so.cache, as ldconfig(8) writes it. */
export interface LibraryCache {
  readonly entries: readonly CacheEntry[];
  /** `ldconfig (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36`; null in caches before glibc 2.33. */
  readonly generator: string | null;
}

// glibc's sysdeps/generic/dl-cache.h.
const OLD_MAGIC = "ld.so-1.7.0";
const NEW_MAGIC = "glibc-ld.so.cache1.1";
const OLD_HEADER = 16;
const OLD_ENTRY = 12;
const NEW_HEADER = 48;
const NEW_ENTRY = 24;
const ENDIAN_MASK = 3;
const LITTLE = 2;
const BIG = 3;
const EXTENSION_MAGIC = 0xeaa42174;
const TAG_GENERATOR = 0;
const TAG_HWCAPS = 1;
/**
 * Bits of the upper half of the hwcap field. Bit 62 of the field: its lower half is an index into the names of
 * subdirectories. The lowest bits of the upper half are the ISA level then.
 */
const HWCAPS_EXTENSION = 1 << 30;
const ISA_LEVEL = 0x3ff;
/** Bit 63: thread-local storage, which every system has. */
const TLS = 1 << 31;

/** Reads a cache. Undefined for what ld.so does not accept: another format, or the other byte order. */
export function readCache(bytes: Uint8Array, littleEndian: boolean): LibraryCache | undefined {
  try {
    return new CacheReader(bytes, littleEndian).read();
  } catch (e) {
    if (isElfError(e)) return undefined;
    throw e;
  }
}

class CacheReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #littleEndian: boolean;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#littleEndian = littleEndian;
  }

  read(): LibraryCache | undefined {
    if (this.#has(NEW_MAGIC, 0)) return this.#new(0);
    if (!this.#has(OLD_MAGIC, 0) || this.#bytes.length < OLD_HEADER) return undefined;

    const end = OLD_HEADER + this.#u32(12) * OLD_ENTRY;
    if (end > this.#bytes.length) return undefined;

    // Both formats are in one file. The new one begins where its 64-bit fields are aligned: at 4 bytes on some
    // machines.
    for (const align of [8, 4]) {
      const at = Math.ceil(end / align) * align;
      if (this.#has(NEW_MAGIC, at)) return this.#new(at);
    }

    return this.#old(end);
  }

  #old(strings: number): LibraryCache {
    const textAt = this.#strings(strings);
    const entries: CacheEntry[] = [];
    for (let at = OLD_HEADER; at < strings; at += OLD_ENTRY) {
      entries.push({
        flags: this.#u32(at),
        name: textAt(this.#u32(at + 4)),
        path: textAt(this.#u32(at + 8)),
        hwcaps: null,
        isLegacy: false,
      });
    }

    return { entries, generator: null };
  }

  /** @param base where the format begins, and what its offsets count from */
  #new(base: number): LibraryCache | undefined {
    if (this.#bytes.length < base + NEW_HEADER) return undefined;

    const mark = this.#bytes[base + 28]! & ENDIAN_MASK;
    const isOurs = mark === 0 || mark === (this.#littleEndian ? LITTLE : BIG);
    const count = this.#u32(base + 20);
    const end = base + NEW_HEADER + count * NEW_ENTRY;
    if (!isOurs || end > this.#bytes.length) return undefined;

    const textAt = this.#strings(base);
    const { generator, hwcaps } = this.#extensions(this.#u32(base + 32));
    const lowAt = this.#littleEndian ? 16 : 20;
    const highAt = this.#littleEndian ? 20 : 16;

    const entries: CacheEntry[] = [];
    for (let at = base + NEW_HEADER; at < end; at += NEW_ENTRY) {
      const low = this.#u32(at + lowAt);
      const high = this.#u32(at + highAt);
      const isExtension = (high & ~ISA_LEVEL) === HWCAPS_EXTENSION;
      if (isExtension && hwcaps[low] === undefined) continue;

      entries.push({
        flags: this.#u32(at),
        name: textAt(this.#u32(at + 4)),
        path: textAt(this.#u32(at + 8)),
        hwcaps: isExtension ? hwcaps[low]! : null,
        isLegacy: !isExtension && (low !== 0 || (high & ~TLS) !== 0),
      });
    }

    return { entries, generator };
  }

  /**
   * All offsets here count from the file's first byte. Where the new format stands behind the old one, ldconfig 2.36
   * writes the offsets of the names as if the file began with the new one: neither ldconfig nor ld.so finds them then.
   */
  #extensions(at: number): { generator: string | null; hwcaps: readonly string[] } {
    const none = { generator: null, hwcaps: [] };
    const textAt = this.#strings(0);
    if (at === 0 || at + 8 > this.#bytes.length || this.#u32(at) !== EXTENSION_MAGIC) return none;

    const count = this.#u32(at + 4);
    let generator: string | null = null;
    let hwcaps: string[] = [];
    for (let i = 0, part = at + 8; i < count && part + 16 <= this.#bytes.length; i++, part += 16) {
      const tag = this.#u32(part);
      const from = this.#u32(part + 8);
      const size = this.#u32(part + 12);
      if (from + size > this.#bytes.length) return none;

      if (tag === TAG_GENERATOR) generator = toLatin1(this.#bytes.subarray(from, from + size));
      if (tag === TAG_HWCAPS) hwcaps = Array.from({ length: size >> 2 }, (_, n) => textAt(this.#u32(from + 4 * n)));
    }

    return { generator, hwcaps };
  }

  /** Reads names, whose offsets count from `base`. */
  #strings(base: number): (at: number) => string {
    const table = new StringTable(bytesSource(this.#bytes), base, this.#bytes.length - base);
    const budget = new NameBudget({ offset: base, size: this.#bytes.length });
    table.load();
    return (at) => budget.spend(table.at(at));
  }

  #has(magic: string, at: number): boolean {
    return toLatin1(this.#bytes.subarray(at, at + magic.length)) === magic;
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#littleEndian);
  }
}

/**
 * The entry that ld.so takes (elf/dl-cache.c): the best one in `glibc-hwcaps` that the processor can use, else the
 * first one.
 *
 * @param entries the entries of one name
 * @param flags the flags that the machine's loader accepts, its own first
 * @param hwcaps the subdirectories of `glibc-hwcaps` that the processor can use, best first
 */
export function lookUp(
  entries: readonly CacheEntry[],
  flags: readonly number[],
  hwcaps: readonly string[],
): CacheEntry | undefined {
  const fit = entries.filter((e) => flags.includes(e.flags));
  const best = hwcaps.map((h) => fit.find((e) => e.hwcaps === h)).find((e) => e !== undefined);
  const plain = fit.filter((e) => e.hwcaps === null && !e.isLegacy);
  return best ?? plain.find((e) => e.flags === flags[0]) ?? plain[0];
}
