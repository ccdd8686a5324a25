/** One entry of a cache that is made here. */
export interface MadeEntry {
  readonly name: string;
  readonly path: string;
  readonly flags?: number;
  /** A subdirectory of glibc-hwcaps. */
  readonly hwcaps?: string;
  /** The bits of the hwcap field as they are. */
  readonly hwcap?: bigint;
}

export interface MadeCache {
  readonly littleEndian?: boolean;
  readonly entries: readonly MadeEntry[];
  /** "both": the old format with the new one behind it, which begins at a multiple of `align`. Default: the new one. */
  readonly format?: "old" | "new" | "both";
  readonly align?: number;
  /** The byte order as the new format says it; 0 for caches before glibc 2.33. Default: the right one. */
  readonly mark?: number;
  readonly generator?: string;
}

/** ld.so.cache as ldconfig writes it, in any byte order. */
export function makeCache({
  entries,
  format = "new",
  align = 8,
  littleEndian: le = true,
  mark = le ? 2 : 3,
  generator = "ldconfig (test)",
}: MadeCache): Uint8Array {
  if (format === "old") return Uint8Array.from(oldHalf(entries, le, true));
  if (format === "new") return Uint8Array.from(newHalf(entries, le, mark, generator, 0));

  const old = oldHalf(entries, le, false);
  const start = Math.ceil(old.length / align) * align;
  const padding = zeros(start - old.length);
  return Uint8Array.from([...old, ...padding, ...newHalf(entries, le, mark, generator, start)]);
}

/** The flags of a library for glibc on x86-64: FLAG_X8664_LIB64 | FLAG_ELF_LIBC6. */
const X86_64_LIBRARY = 0x303;
const EXTENSION_MAGIC = 0xeaa42174;

const text = (string: string): number[] => [...new TextEncoder().encode(string)];
const zeros = (count: number): number[] => Array<number>(count).fill(0);

function number(value: bigint, size: number, le: boolean): number[] {
  const bytes = Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  return le ? bytes : bytes.reverse();
}

const words = (le: boolean, ...values: number[]): number[] => values.flatMap((value) => number(BigInt(value), 4, le));

/** A table of strings; `put` gives the offset of a string, counted from `start`. */
function stringTable(start: number): { readonly bytes: number[]; put(string: string): number } {
  const bytes: number[] = [];
  return {
    bytes,
    put(string) {
      const offset = start + bytes.length;
      bytes.push(...text(string), 0);
      return offset;
    },
  };
}

/** struct cache_file of glibc's sysdeps/generic/dl-cache.h. */
function oldHalf(entries: readonly MadeEntry[], le: boolean, withStrings: boolean): number[] {
  const strings = stringTable(0);
  const records = entries.flatMap(({ flags = X86_64_LIBRARY, name, path }) =>
    words(le, flags, strings.put(name), strings.put(path)),
  );

  const head = [...text("ld.so-1.7.0"), 0, ...words(le, entries.length)];
  return [...head, ...records, ...(withStrings ? strings.bytes : [])];
}

/**
 * struct cache_file_new of glibc's sysdeps/generic/dl-cache.h. It begins at `start` in the file: only the offsets of
 * names and paths count from there, all others from the start of the file.
 */
function newHalf(entries: readonly MadeEntry[], le: boolean, mark: number, generator: string, start: number): number[] {
  const levels = [...new Set(entries.flatMap((entry) => entry.hwcaps ?? []))];
  const stringsAt = 48 + 24 * entries.length;
  const strings = stringTable(stringsAt);

  const records = entries.flatMap(({ flags = X86_64_LIBRARY, name, path, hwcaps, hwcap = 0n }) => {
    const extension = (1n << 62n) | (3n << 32n);
    const bits = hwcaps === undefined ? hwcap : extension | BigInt(levels.indexOf(hwcaps));
    return [...words(le, flags, strings.put(name), strings.put(path), 0), ...number(bits, 8, le)];
  });
  const levelNames = levels.map((level) => start + strings.put(level));
  while ((start + stringsAt + strings.bytes.length) % 4) strings.bytes.push(0);

  // Two extensions, each with tag, flags, offset and size: 0 is the generator, 1 the names of glibc-hwcaps.
  const extensionsAt = start + stringsAt + strings.bytes.length;
  const generatorAt = extensionsAt + 8 + 2 * 16;
  const generatorSize = text(generator).length;
  const extensions = [
    ...words(le, EXTENSION_MAGIC, 2),
    ...words(le, 0, 0, generatorAt, generatorSize),
    ...words(le, 1, 0, generatorAt + generatorSize, 4 * levels.length),
    ...text(generator),
    ...words(le, ...levelNames),
  ];

  const counts = words(le, entries.length, strings.bytes.length);
  const head = [...text("glibc-ld.so.cache1.1"), ...counts, mark, 0, 0, 0, ...words(le, extensionsAt), ...zeros(12)];
  return [...head, ...records, ...strings.bytes, ...extensions];
}
