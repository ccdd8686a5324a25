import {
  addNeeded,
  compareMaps,
  type Edit,
  ET,
  type LayoutMap,
  layoutMap,
  type MapComparison,
  plan,
  readElf,
  setInterpreter,
  setRunpath,
  stripAll,
} from "../../src/index.js";
import { type BuildOptions, buildElf } from "../../src/testing/build-elf.js";
import { fixture } from "./fixtures.js";
import { ALL_FIXTURES } from "./all-fixtures.js";

const EDITS: readonly Edit[] = [
  setRunpath("/opt/a/long/path/".repeat(40)),
  addNeeded("libextra.so"),
  setInterpreter(`/opt/${"x".repeat(300)}`),
];

const planned = (bytes: Uint8Array, edits: readonly Edit[]): MapComparison =>
  compareMaps(readElf(bytes), readElf(plan(bytes, edits)));

/** An object file with a section for each of many functions, as `-ffunction-sections` makes it. */
function manySections(count: number, name: (i: number) => string): Uint8Array {
  const names = Buffer.from(["", ".shstrtab", ...Array.from({ length: count }, (_, i) => name(i))].join("\0") + "\0");
  const head = fixture("x86_64-object.o").subarray(0, 64);
  const starts = [0];
  for (let at = names.indexOf(0); at >= 0 && at + 1 < names.length; at = names.indexOf(0, at + 1)) starts.push(at + 1);
  const sizes = Array.from({ length: count }, (_, i) => 1 + ((i * 7919) % (i % 10 === 0 ? 5000 : 90)));
  const code = Buffer.alloc(
    sizes.reduce((a, b) => a + b, 0),
    0xcc,
  );
  const table = Buffer.alloc(64 * (count + 2));
  const header = (i: number, type: number, flags: bigint, offset: number, size: number) => {
    table.writeUInt32LE(starts[i === 0 ? 0 : i]!, 64 * i);
    table.writeUInt32LE(type, 64 * i + 4);
    table.writeBigUInt64LE(flags, 64 * i + 8);
    table.writeBigUInt64LE(BigInt(offset), 64 * i + 24);
    table.writeBigUInt64LE(BigInt(size), 64 * i + 32);
  };
  header(1, 3, 0n, 64 + code.length, names.length);
  let at = 64;
  sizes.forEach((size, i) => {
    header(i + 2, 1, 6n, at, size);
    at += size;
  });
  const bytes = Buffer.concat([head, code, names, table]);
  bytes.writeBigUInt64LE(BigInt(64 + code.length + names.length), 40);
  bytes.writeUInt16LE(count + 2, 60);
  bytes.writeUInt16LE(1, 62);

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
  const size = 64 + 56 * count;
  const bytes = Buffer.alloc(size + count * 512, 0x55);
  fixture("x86_64-glibc-pie").copy(bytes, 0, 0, 64);
  bytes.fill(0, 64, size);
  bytes.writeUInt16LE(ET.CORE, 16);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeBigUInt64LE(0n, 40);
  bytes.writeUInt16LE(count, 56);
  bytes.writeUInt16LE(0, 60);
  bytes.writeUInt16LE(0, 62);

  for (let i = 0; i < count; i++) {
    const at = 64 + 56 * i;
    bytes.writeUInt32LE(1, at);
    bytes.writeUInt32LE([4, 5, 6, 7][i % 4]!, at + 4);
    bytes.writeBigUInt64LE(BigInt(size + i * 512), at + 8);
    bytes.writeBigUInt64LE((0x7f0000000000n + BigInt(i) * 0x100000n) & ~0xfffn, at + 16);
    bytes.writeBigUInt64LE(512n, at + 32);
    bytes.writeBigUInt64LE(BigInt(i % 3 === 0 ? 4096 : 512), at + 40);
    bytes.writeBigUInt64LE(4096n, at + 48);
  }

  return bytes;
}

const BIG: BuildOptions = {
  class: 32,
  littleEndian: false,
  versionNeeds: [{ file: "libc.so.6", versions: ["A_1"] }],
  symbols: [{ name: "puts", defined: false, version: "A_1" }],
  soname: "libx.so.1",
};

/** Files of every kind that a map is drawn of, by name; made when asked for. */
export const MAP_FILES: readonly (readonly [name: string, make: () => LayoutMap | MapComparison])[] = [
  ...ALL_FIXTURES.map((name) => [name, () => layoutMap(readElf(fixture(name)))] as const),
  ...[
    "x86_64-glibc-pie",
    "mips64el-glibc-pie",
    "i386-glibc-exec",
    "s390x-glibc-pie",
    "x86_64-glibc-pie-nosections",
  ].map((name) => [`${name}, patched`, () => planned(fixture(name), EDITS)] as const),
  ["aarch64-glibc-lib.so, stripped", () => planned(fixture("aarch64-glibc-lib.so"), [stripAll()])],
  [
    "two files that have little in common",
    () => compareMaps(readElf(fixture("x86_64-object.o")), readElf(fixture("powerpc-glibc-exec"))),
  ],
  ["overlay", () => layoutMap(readElf(Buffer.concat([fixture("x86_64-musl-exec"), Buffer.alloc(3 << 20, "payload")])))],
  ["32-bit big-endian", () => layoutMap(readElf(buildElf(BIG)))],
  [
    "core",
    () =>
      layoutMap(
        readElf(
          buildElf({
            type: ET.CORE,
            notes: [{ section: "", owner: "CORE", type: 1, description: new Uint8Array(100) }],
          }),
        ),
      ),
  ],
  ["core of 900 mappings", () => layoutMap(readElf(core(900)))],
  ["kernel", () => layoutMap(readElf(buildElf({ type: ET.EXEC, dynamic: false, base: 0xffffffff81000000n })))],
  ["100 sections", () => layoutMap(readElf(manySections(100, (i) => `.text.function_${i}`)))],
  [
    "6000 sections",
    () => layoutMap(readElf(manySections(6000, (i) => `.text._ZN4some4deep9namespace8function${i}Ev`))),
  ],
  ["nasty names", () => layoutMap(readElf(manySections(NASTY.length, (i) => NASTY[i]!)))],
];
