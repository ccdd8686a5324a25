import {
  addNeeded,
  compareMaps,
  type Edit,
  ET,
  type LayoutMap,
  layoutMap,
  type MapComparison,
  plan,
  PT,
  readElf,
  setInterpreter,
  setRunpath,
  SHF,
  SHT,
  stripAll,
} from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { fixture } from "./fixtures.js";
import { ALL_FIXTURES } from "./all-fixtures.js";

const EDITS: readonly Edit[] = [
  setRunpath("/opt/a/long/path/".repeat(40)),
  addNeeded("libextra.so"),
  setInterpreter(`/opt/${"x".repeat(300)}`),
];

/** The layout before and after a patch. */
const patched = (bytes: Uint8Array, edits: readonly Edit[]): MapComparison =>
  compareMaps(readElf(bytes), readElf(plan(bytes, edits)));

/** An object file with a section for each of many functions, as `-ffunction-sections` makes it. */
function manySections(count: number, name: (i: number) => string): Uint8Array {
  const head = fixture("x86_64-object.o").subarray(0, 64);
  const texts = ["", ".shstrtab", ...Array.from({ length: count }, (_, i) => name(i))];
  const names = Buffer.from(texts.map((text) => `${text}\0`).join(""));

  const starts = [0];
  for (const text of texts) starts.push(starts.at(-1)! + Buffer.byteLength(text) + 1);

  const sizes = Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % (i % 10 === 0 ? 5000 : 90)));
  const codeSize = sizes.reduce((a, b) => a + b, 0);
  const code = Buffer.alloc(codeSize, 0xcc);

  const headers = Buffer.alloc(64 * (count + 2));
  const header = (i: number, type: number, flags: number, offset: number, size: number) => {
    headers.writeUInt32LE(starts[i]!, 64 * i);
    headers.writeUInt32LE(type, 64 * i + 4);
    headers.writeBigUInt64LE(BigInt(flags), 64 * i + 8);
    headers.writeBigUInt64LE(BigInt(offset), 64 * i + 24);
    headers.writeBigUInt64LE(BigInt(size), 64 * i + 32);
  };

  header(1, SHT.STRTAB, 0, 64 + code.length, names.length);
  let at = 64;
  sizes.forEach((size, i) => {
    header(i + 2, SHT.PROGBITS, SHF.ALLOC | SHF.EXECINSTR, at, size);
    at += size;
  });

  const bytes = Buffer.concat([head, code, names, headers]);
  bytes.writeBigUInt64LE(BigInt(64 + code.length + names.length), 40); // e_shoff
  bytes.writeUInt16LE(count + 2, 60); // e_shnum
  bytes.writeUInt16LE(1, 62); // e_shstrndx

  return bytes;
}

/** Names that would do something to a terminal, to XML, or to their neighbours. */
export const NASTY = [
  "<script>alert(1)</script>",
  "a&b;\"'",
  "\u001b[31mred\u001b[0m",
  "\u202egpj.exe",
  "e\u0301\u0301\u0301\u0301",
  "名前名前名前名前名前名前名前名前",
  "\u{1f600}",
  "x".repeat(300),
  "--> ]]>",
  " ",
  "\ufeff\u200b",
  "line\nbreak\ttab\r",
];

/** A core dump of many mappings. */
function core(count: number): Uint8Array {
  const headersEnd = 64 + 56 * count;
  const bytes = Buffer.alloc(headersEnd + count * 512, 0x55);
  fixture("x86_64-glibc-pie").copy(bytes, 0, 0, 64);
  bytes.fill(0, 64, headersEnd);

  bytes.writeUInt16LE(ET.CORE, 16); // e_type
  bytes.writeBigUInt64LE(64n, 32); // e_phoff
  bytes.writeBigUInt64LE(0n, 40); // e_shoff
  bytes.writeUInt16LE(count, 56); // e_phnum
  bytes.writeUInt16LE(0, 60); // e_shnum
  bytes.writeUInt16LE(0, 62); // e_shstrndx

  for (let i = 0; i < count; i++) {
    const at = 64 + 56 * i;
    bytes.writeUInt32LE(PT.LOAD, at); // p_type
    bytes.writeUInt32LE([4, 5, 6, 7][i % 4]!, at + 4); // p_flags
    bytes.writeBigUInt64LE(BigInt(headersEnd + i * 512), at + 8); // p_offset
    bytes.writeBigUInt64LE((0x7f0000000000n + BigInt(i) * 0x100000n) & ~0xfffn, at + 16); // p_vaddr
    bytes.writeBigUInt64LE(512n, at + 32); // p_filesz
    bytes.writeBigUInt64LE(BigInt(i % 3 === 0 ? 4096 : 512), at + 40); // p_memsz
    bytes.writeBigUInt64LE(4096n, at + 48); // p_align
  }

  return bytes;
}

const BIG: BuildOptions = {
  class: 32,
  byteOrder: "big",
  versionNeeds: [{ file: "libc.so.6", versions: ["A_1"] }],
  symbols: [{ name: "puts", defined: false, version: "A_1" }],
  soname: "libx.so.1",
};

const CORE: BuildOptions = {
  type: ET.CORE,
  notes: [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }],
};

const KERNEL: BuildOptions = { type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n };

const PATCHED = [
  "x86_64-glibc-pie",
  "mips64el-glibc-pie",
  "i386-glibc-exec",
  "s390x-glibc-pie",
  "x86_64-glibc-pie-nosections",
];

const mapOf = (bytes: Uint8Array): LayoutMap => layoutMap(readElf(bytes));
const withPayload = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, Buffer.alloc(3 << 20, "payload")]);

/** Files of every kind that a map is drawn of, by name; made when asked for. */
export const MAP_FILES: readonly (readonly [name: string, make: () => LayoutMap | MapComparison])[] = [
  ...ALL_FIXTURES.map((name) => [name, () => mapOf(fixture(name))] as const),
  ...PATCHED.map((name) => [`${name}, patched`, () => patched(fixture(name), EDITS)] as const),
  ["aarch64-glibc-lib.so, stripped", () => patched(fixture("aarch64-glibc-lib.so"), [stripAll()])],
  [
    "two files that have little in common",
    () => compareMaps(readElf(fixture("x86_64-object.o")), readElf(fixture("powerpc-glibc-exec"))),
  ],
  ["overlay", () => mapOf(withPayload(fixture("x86_64-musl-exec")))],
  ["32-bit big-endian", () => mapOf(buildElf(BIG))],
  ["core", () => mapOf(buildElf(CORE))],
  ["core of 900 mappings", () => mapOf(core(900))],
  ["kernel", () => mapOf(buildElf(KERNEL))],
  ["100 sections", () => mapOf(manySections(100, (i) => `.text.function_${i}`))],
  ["6000 sections", () => mapOf(manySections(6000, (i) => `.text._ZN4some4deep9namespace8function${i}Ev`))],
  ["nasty names", () => mapOf(manySections(NASTY.length, (i) => NASTY[i]!))],
];
