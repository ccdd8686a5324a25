import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readElf, symbolVersions } from "../../src/index.js";
import { versymTable } from "../../src/image/dynamic/versions.js";
import { compareVersions } from "../../src/spec/version-names.js";
import { viewOf } from "../../src/codec/bytes.js";
import { readExactly } from "../../src/codec/source.js";

/** The folders of one release of glibc for several machines. ppc64le's is Debian's libc6-ppc64el-cross, unpacked. */
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
  FOLDERS[machine]?.find((folder) => folder !== "" && existsSync(join(folder, "libc.so.6")));

/** The machines in the order of their bits in the tables. */
const BITS = ["x86_64", "i386", "aarch64", "arm", "ppc64le", "s390x", "riscv64"];

/** All that glibc's libraries in a folder define, except GLIBC_PRIVATE. */
export function definitions(folder: string): Defined[] {
  const there = LIBRARIES.filter((library) => existsSync(join(folder, library)));
  return there.flatMap((library) => definitionsOf(join(folder, library), library));
}

function definitionsOf(path: string, library: string): Defined[] {
  const elf = readElf(new Uint8Array(readFileSync(path)));
  const versionOf = symbolVersions(elf);
  const table = versymTable(elf)!;
  const numbers = viewOf(readExactly(elf.source, table.offset, table.count * 2, ".gnu.version"));
  const defined: Defined[] = [];

  for (const { index, name, shndx, value, type } of elf.dynamicSymbols!) {
    const version = versionOf(index);
    if (shndx === 0 || !version || version.file !== null) continue;
    if (!version.name.startsWith("GLIBC_") || version.name === "GLIBC_PRIVATE") continue;

    // The symbol that GNU ld makes for a version has its name.
    if (version.name === name) continue;

    defined.push({
      library,
      name,
      version: version.name.slice("GLIBC_".length),
      hidden: version.hidden,
      address: value,
      type,
      number: numbers.getUint16(index * 2, elf.header.littleEndian) & 0x7fff,
    });
  }

  return defined;
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

/** The versions of each symbol of each library, the oldest first. */
function versionsByName(all: readonly Defined[]): Defined[][] {
  const groups = new Map<string, Defined[]>();
  for (const definition of all) {
    const key = `${definition.library} ${definition.name}`;
    const group = groups.get(key);
    if (group) group.push(definition);
    else groups.set(key, [definition]);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => compareVersions(a.version, b.version)));
}

export function traps(all: readonly Defined[]): Trap[] {
  return versionsByName(all).flatMap((versions) => {
    const first = versions.find((definition) => definition.number <= 2);
    const latest = versions.find((definition) => !definition.hidden);
    if (!first || !latest || first.address === latest.address) return [];

    const { library, name } = first;
    const since = versions.find((definition) => definition.address === latest.address)!;
    return [{ library, name, oldest: first.version, since: since.version, default: latest.version }];
  });
}

/** Symbols without a default version: a linker does not find them, only files linked long ago use them. */
export const withoutDefault = (all: readonly Defined[]): Defined[][] =>
  versionsByName(all).filter((versions) => versions.every((definition) => definition.hidden));

/** Symbols whose default version is not their newest one. */
export const oldDefaults = (all: readonly Defined[]): Defined[][] =>
  versionsByName(all).filter(
    (versions) => versions.at(-1)!.hidden && versions.some((definition) => !definition.hidden),
  );

/** A machine's lines of measured.txt, without the machine. */
export function linesOf(folder: string): string[] {
  const all = definitions(folder);
  const symbol = ({ library, name }: { readonly library: string; readonly name: string }) =>
    `${library.startsWith("ld") ? "ld" : library} ${name}`;
  const defaultOf = (versions: readonly Defined[]) => versions.find((definition) => !definition.hidden)!;

  return [
    ...traps(all).map((trap) => `trap ${symbol(trap)} ${trap.oldest} ${trap.since} ${trap.default}`),
    ...withoutDefault(all).map(([oldest]) => `compat ${symbol(oldest!)}`),
    ...oldDefaults(all).map((versions) => `default ${symbol(versions[0]!)} ${defaultOf(versions).version}`),
  ].sort();
}

/** The same lines out of the text. */
export function linesIn(text: string, machine: string): string[] {
  const lines = text.split("\n").filter((line) => /^(trap|compat|default) /.test(line));
  const bit = BITS.indexOf(machine);

  return lines
    .map((line) => line.split(" "))
    .filter(([, mask]) => (parseInt(mask!, 16) >> bit) & 1)
    .map(([kind, , ...rest]) => [kind, ...rest].join(" "))
    .sort();
}

/** The text of measured.txt: equal lines of several machines are one. */
export function measured(): string {
  const masks = new Map<string, number>();
  BITS.forEach((machine, bit) => {
    const folder = folderOf(machine);
    if (folder === undefined) throw new Error(`no libraries for ${machine}`);
    for (const line of linesOf(folder)) masks.set(line, (masks.get(line) ?? 0) | (1 << bit));
  });

  const bits = BITS.map((machine, bit) => `${machine} ${(1 << bit).toString(16)}`).join(" ");
  const lines = [...masks].map(([line, mask]) => line.replace(" ", ` ${mask.toString(16)} `)).sort();
  const head = [
    "Read from the libraries of glibc 2.36 (Debian 12, November 2026) by test/targets/measure.ts. " +
      `Machines as bits: ${bits}`,
    "trap: machines, library, symbol, version that an unversioned reference binds to, " +
      "oldest version with the default's code, default version",
    "compat: machines, library, symbol that has no default version",
    "default: machines, library, symbol, default version where that is not the newest",
  ];

  return [...head.map((line) => `# ${line}`), ...lines, ""].join("\n");
}
