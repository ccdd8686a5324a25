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
  const old = format === "new" ? [] : oldHalf(entries, le, format === "old");
  const at = format === "both" ? Math.ceil(old.length / align) * align : 0;
  if (format === "old") return Uint8Array.from(old);

  return Uint8Array.from([
    ...old,
    ...Array<number>(at - (format === "both" ? old.length : 0)).fill(0),
    ...newHalf(entries, le, mark, generator, at),
  ]);
}

const text = (s: string): number[] => [...new TextEncoder().encode(s)];
const number = (n: bigint, size: number, le: boolean): number[] => {
  const b = Array.from({ length: size }, (_, i) => Number((n >> BigInt(8 * i)) & 255n));
  return le ? b : b.reverse();
};
const u32 = (n: number, le: boolean): number[] => number(BigInt(n), 4, le);

function oldHalf(entries: readonly MadeEntry[], le: boolean, withStrings: boolean): number[] {
  const strings: number[] = [];
  const put = (s: string) => strings.push(...text(s), 0) - text(s).length - 1;
  const records = entries.flatMap((e) => [
    ...u32(e.flags ?? 0x303, le),
    ...u32(put(e.name), le),
    ...u32(put(e.path), le),
  ]);
  return [...text("ld.so-1.7.0"), 0, ...u32(entries.length, le), ...records, ...(withStrings ? strings : [])];
}

/** `at`: where it begins in the file, from which only offsets of names and paths do not count. */
function newHalf(entries: readonly MadeEntry[], le: boolean, mark: number, generator: string, at: number): number[] {
  const names = [...new Set(entries.flatMap((e) => e.hwcaps ?? []))];
  const begin = 48 + 24 * entries.length;
  const strings: number[] = [];
  const put = (s: string) => begin + strings.push(...text(s), 0) - text(s).length - 1;
  const records = entries.flatMap((e) => {
    const hwcap =
      e.hwcaps === undefined ? (e.hwcap ?? 0n) : (1n << 62n) | (3n << 32n) | BigInt(names.indexOf(e.hwcaps));
    return [
      ...u32(e.flags ?? 0x303, le),
      ...u32(put(e.name), le),
      ...u32(put(e.path), le),
      ...u32(0, le),
      ...number(hwcap, 8, le),
    ];
  });
  const hwcapNames = names.map((n) => at + put(n));
  while ((at + begin + strings.length) % 4) strings.push(0);
  const extension = at + begin + strings.length;
  const from = extension + 8 + 32;
  const extensions = [
    ...u32(0xeaa42174, le),
    ...u32(2, le),
    ...u32(0, le),
    ...u32(0, le),
    ...u32(from, le),
    ...u32(text(generator).length, le),
    ...u32(1, le),
    ...u32(0, le),
    ...u32(from + text(generator).length, le),
    ...u32(4 * names.length, le),
    ...text(generator),
    ...hwcapNames.flatMap((n) => u32(n, le)),
  ];

  return [
    ...text("glibc-ld.so.cache1.1"),
    ...u32(entries.length, le),
    ...u32(strings.length, le),
    mark,
    0,
    0,
    0,
    ...u32(extension, le),
    ...Array<number>(12).fill(0),
    ...records,
    ...strings,
    ...extensions,
  ];
}
