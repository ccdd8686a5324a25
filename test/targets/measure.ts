import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readElf, symbolVersions } from "../../src/index.js";
import { versymTable } from "../../src/image/dynamic/versions.js";
import { compareVersions } from "../../src/spec/version-names.js";
import { viewOf } from "../../src/codec/bytes.js";
import { readExactly } from "../../src/codec/source.js";

/**
 * The folders of one release of glibc for several machines. ppc64le's is that of Debian's libc6-ppc64el-cross,
 * unpacked.
 */
export const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  x86_64: ["/usr/lib/x86_64-linux-gnu"],
  i386: ["/usr/i686-linux-gnu/lib"],
  aarch64: ["/usr/aarch64-linux-gnu/lib"],
  arm: ["/usr/arm-linux-gnueabihf/lib"],
  ppc64le: ["/usr/powerpc64le-linux-gnu/lib", process.env["ELFWRIGHT_PPC64LE"] ?? ""],
  s390x: ["/usr/s390x-linux-gnu/lib"],
  riscv64: ["/usr/riscv64-linux-gnu/lib"],
};

export const LIBRARIES: readonly string[] = [
  "libc.so.6",
  "libm.so.6",
  "libpthread.so.0",
  "libdl.so.2",
  "librt.so.1",
  "libutil.so.1",
  "libresolv.so.2",
  "libanl.so.1",
  "libnsl.so.1",
  "libmvec.so.1",
  "libthread_db.so.1",
  "libBrokenLocale.so.1",
  "libc_malloc_debug.so.0",
  "ld-linux-x86-64.so.2",
  "ld-linux.so.2",
  "ld-linux-aarch64.so.1",
  "ld-linux-armhf.so.3",
  "ld64.so.2",
  "ld64.so.1",
  "ld-linux-riscv64-lp64d.so.1",
];

/** One definition of a symbol. */
export interface Defined {
  readonly library: string;
  readonly name: string;
  /** Without `GLIBC_`. */
  readonly version: string;
  readonly hidden: boolean;
  readonly address: bigint;
  readonly type: number;
  /** Its number in .gnu.version: 2 is the library's first version. */
  readonly number: number;
}

export const folderOf = (machine: string): string | undefined =>
  FOLDERS[machine]?.find((f) => f !== "" && existsSync(join(f, "libc.so.6")));

/** As the tables number them. */
const BITS = ["x86_64", "i386", "aarch64", "arm", "ppc64le", "s390x", "riscv64"];

/** All that glibc's libraries in a folder define, GLIBC_PRIVATE apart. */
export function definitions(folder: string): Defined[] {
  return LIBRARIES.filter((l) => existsSync(join(folder, l))).flatMap((library) =>
    definitionsOf(join(folder, library), library),
  );
}

function definitionsOf(path: string, library: string): Defined[] {
  const elf = readElf(new Uint8Array(readFileSync(path)));
  const version = symbolVersions(elf);
  const table = versymTable(elf)!;
  const numbers = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"));
  const out: Defined[] = [];

  for (const { index, name, shndx, value, type } of elf.dynamicSymbols!) {
    const v = version(index);
    if (
      shndx === 0 ||
      !v ||
      v.file !== null ||
      !v.name.startsWith("GLIBC_") ||
      v.name === "GLIBC_PRIVATE" ||
      v.name === name
    ) {
      continue;
    }

    out.push({
      library,
      name,
      version: v.name.slice(6),
      hidden: v.hidden,
      address: value,
      type,
      number: numbers.getUint16(index * 2, elf.header.littleEndian) & 0x7fff,
    });
  }

  return out;
}

/**
 * What an unversioned reference binds to where that is other code than the default version's (dl-lookup.c: the
 * library's first version is taken at once).
 */
export interface Trap {
  readonly library: string;
  readonly name: string;
  readonly oldest: string;
  /** The oldest version with the default's code. */
  readonly since: string;
  readonly default: string;
}

const key = (d: Defined): string => `${d.library} ${d.name}`;

function byName(all: readonly Defined[]): Defined[][] {
  const groups = new Map<string, Defined[]>();
  for (const d of all) if (!groups.get(key(d))?.push(d)) groups.set(key(d), [d]);
  return [...groups.values()].map((g) => g.sort((a, b) => compareVersions(a.version, b.version)));
}

export function traps(all: readonly Defined[]): Trap[] {
  return byName(all).flatMap((g) => {
    const first = g.find((d) => d.number <= 2);
    const latest = g.find((d) => !d.hidden);
    if (!first || !latest || first.address === latest.address) return [];

    const since = g.find((d) => d.address === latest.address)!;
    return [
      {
        library: first.library,
        name: first.name,
        oldest: first.version,
        since: since.version,
        default: latest.version,
      },
    ];
  });
}

/** Symbols without a default version: a linker does not find them, only files linked long ago use them. */
export const withoutDefault = (all: readonly Defined[]): Defined[][] =>
  byName(all).filter((g) => g.every((d) => d.hidden));

/** Symbols whose default version is not their newest one. */
export const oldDefaults = (all: readonly Defined[]): Defined[][] =>
  byName(all).filter((g) => g.some((d) => !d.hidden) && g.at(-1)!.hidden);

/** A machine's lines of measured.txt, without the machine. */
export function linesOf(folder: string): string[] {
  const all = definitions(folder);
  const loader = (l: string) => (l.startsWith("ld") ? "ld" : l);
  return [
    ...traps(all).map((t) => `trap ${loader(t.library)} ${t.name} ${t.oldest} ${t.since} ${t.default}`),
    ...withoutDefault(all).map(([d]) => `compat ${loader(d!.library)} ${d!.name}`),
    ...oldDefaults(all).map(
      (g) => `default ${loader(g[0]!.library)} ${g[0]!.name} ${g.find((d) => !d.hidden)!.version}`,
    ),
  ].sort();
}

/** The same of the text. */
export const linesIn = (text: string, machine: string): string[] =>
  text
    .split("\n")
    .filter((l) => /^(trap|compat|default) /.test(l))
    .map((l) => l.split(" "))
    .filter(([, mask]) => (parseInt(mask!, 16) >> BITS.indexOf(machine)) & 1)
    .map(([kind, , ...rest]) => [kind, ...rest].join(" "))
    .sort();

/** The text of measured.txt: equal lines of several machines are one. */
export function measured(): string {
  const lines = new Map<string, number>();
  for (const machine of BITS) {
    const folder = folderOf(machine);
    if (folder === undefined) throw new Error(`no libraries for ${machine}`);
    for (const l of linesOf(folder)) lines.set(l, (lines.get(l) ?? 0) | (1 << BITS.indexOf(machine)));
  }

  const texts = [...lines].map(([text, mask]) => text.replace(" ", ` ${mask.toString(16)} `)).sort();
  return `# Read from the libraries of glibc 2.36 (Debian 12, November 2026) by test/targets/measure.ts. Machines as bits: ${BITS.map((m, i) => `${m} ${(1 << i).toString(16)}`).join(" ")}
# trap: machines, library, symbol, version that an unversioned reference binds to, oldest version with the default's code, default version
# compat: machines, library, symbol that has no default version
# default: machines, library, symbol, default version where that is not the newest
${texts.join("\n")}
`;
}
