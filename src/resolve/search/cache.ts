import { toLatin1, viewOf } from "../../codec/bytes.js";
import { isElfError } from "../../error.js";
import { NameBudget, StringTable } from "../../image/strings.js";
import { bytesSource } from "../../codec/source.js";

/** One library in ld.so.cache. */
export interface CacheEntry {
  readonly name: string;
  readonly path: string;
  /** FLAG_ELF… and what tells ABIs apart (glibc's ldconfig.h). */
  readonly flags: number;
  /** The subdirectory of `glibc-hwcaps` that it is in. */
  readonly hwcaps: string | null;
  /** It asks for features of the processor in the way of glibc before 2.33. */
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
 * Bit 62 of the hwcap field: its low half is an index into the names of subdirectories. The bits of the ISA level stand
 * between.
 */
const HWCAPS_EXTENSION = 1 << 30;
const ISA_LEVEL = 0x3ff;
/** Bit 63: thread-local storage, which every system has. */
const TLS = 1 << 31;

/** Reads a cache; undefined for what ld.so would not take for one: another format, or of the other byte order. */
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

    // Both in one file: the new one begins where its 64-bit fields are aligned, which is at 4 bytes on some machines.
    for (const align of [8, 4]) {
      const at = Math.ceil(end / align) * align;
      if (this.#has(NEW_MAGIC, at)) return this.#new(at);
    }

    return this.#old(end);
  }

  #old(strings: number): LibraryCache {
    const text = this.#strings(strings);
    const entries: CacheEntry[] = [];
    for (let at = OLD_HEADER; at < strings; at += OLD_ENTRY) {
      entries.push({
        flags: this.#u32(at),
        name: text(this.#u32(at + 4)),
        path: text(this.#u32(at + 8)),
        hwcaps: null,
        isLegacy: false,
      });
    }

    return { entries, generator: null };
  }

  /** `base` is where the format begins, and what offsets count from. */
  #new(base: number): LibraryCache | undefined {
    if (this.#bytes.length < base + NEW_HEADER) return undefined;

    const mark = this.#bytes[base + 28]! & ENDIAN_MASK;
    const count = this.#u32(base + 20);
    const end = base + NEW_HEADER + count * NEW_ENTRY;
    if ((mark !== 0 && mark !== (this.#littleEndian ? LITTLE : BIG)) || end > this.#bytes.length) return undefined;

    const text = this.#strings(base);
    const { generator, hwcaps } = this.#extensions(this.#u32(base + 32));
    const entries: CacheEntry[] = [];

    for (let at = base + NEW_HEADER; at < end; at += NEW_ENTRY) {
      const [low, high] = [
        this.#u32(at + (this.#littleEndian ? 16 : 20)),
        this.#u32(at + (this.#littleEndian ? 20 : 16)),
      ];
      const isExtension = (high & ~ISA_LEVEL) === HWCAPS_EXTENSION;
      if (isExtension && hwcaps[low] === undefined) continue;
      entries.push({
        flags: this.#u32(at),
        name: text(this.#u32(at + 4)),
        path: text(this.#u32(at + 8)),
        hwcaps: isExtension ? hwcaps[low]! : null,
        isLegacy: !isExtension && (low !== 0 || (high & ~TLS) !== 0),
      });
    }

    return { entries, generator };
  }

  /**
   * All offsets here count from the file's first byte. Behind the old format, ldconfig 2.36 writes those of the names
   * as if the new one began there: neither it nor ld.so finds them then.
   */
  #extensions(at: number): { generator: string | null; hwcaps: readonly string[] } {
    const none = { generator: null, hwcaps: [] };
    const text = this.#strings(0);
    if (at === 0 || at + 8 > this.#bytes.length || this.#u32(at) !== EXTENSION_MAGIC) return none;

    const out: { generator: string | null; hwcaps: string[] } = { generator: null, hwcaps: [] };
    for (let i = 0, s = at + 8; i < this.#u32(at + 4) && s + 16 <= this.#bytes.length; i++, s += 16) {
      const tag = this.#u32(s);
      const from = this.#u32(s + 8);
      const size = this.#u32(s + 12);
      if (from + size > this.#bytes.length) return none;
      if (tag === TAG_GENERATOR) out.generator = toLatin1(this.#bytes.subarray(from, from + size));
      if (tag === TAG_HWCAPS) out.hwcaps = Array.from({ length: size >> 2 }, (_, i) => text(this.#u32(from + 4 * i)));
    }

    return out;
  }

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
 * The entry that ld.so takes (elf/dl-cache.c): of those in `glibc-hwcaps` the best that the processor can use, else the
 * first one.
 *
 * @param flags those that the machine's loader takes, its own first
 * @param hwcaps subdirectories of `glibc-hwcaps`, best first
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
