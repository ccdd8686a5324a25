import { concat } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { EM, SHF, SHN, SHT, STB, STT } from "../../src/spec/constants.js";
import { arHeader, testArchive, type TestFormat } from "../support/archives.js";
import { objectFile, type ObjectOptions, type ObjectSection } from "../support/objects.js";
import type { Input } from "./inputs.js";

const CODE = SHF.ALLOC | SHF.EXECINSTR;
const DATA = SHF.ALLOC | SHF.WRITE;

const code = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i * 7 + 1) & 255);

/** Three records with addends: of the symbols 1, 6 and 12. */
const PACKED = Uint8Array.of((3 << 3) | 4, 0b0000_0111, 1, 2, 0x7c, 0b0100_0001, 5, 0b0010_0011, 6, 1);

const GROUP: ObjectSection = {
  name: ".group",
  type: SHT.GROUP,
  align: 4,
  entsize: 4,
  link: ".symtab",
  info: 10,
  members: [".debug_types", ".text.inline", ".rodata.inline"],
};

/** An object with symbols of every kind, groups, and all tables that name symbols. */
const object = (o: Encoding & { readonly machine: number } & Partial<ObjectOptions>): Uint8Array =>
  objectFile({
    sections: [
      { name: ".debug_info", bytes: code(51), relocations: [[0, 2]] },
      GROUP,
      { name: ".debug_types", bytes: code(9), flags: SHF.GROUP },
      {
        name: ".text",
        flags: CODE,
        bytes: code(37),
        align: 16,
        relocations: [
          [1, 3],
          [5, 13],
          [9, 6],
        ],
      },
      { name: ".text.inline", flags: CODE | SHF.GROUP, bytes: code(8), align: 4 },
      { name: ".rodata.inline", flags: SHF.ALLOC | SHF.GROUP, bytes: code(7) },
      { name: ".data", flags: DATA, bytes: code(16), align: 8, relocations: [[0, 10]] },
      { name: ".bss", type: SHT.NOBITS, flags: DATA, bytes: code(64), align: 32 },
      { name: ".llvm_addrsig", type: SHT.LLVM_ADDRSIG, link: ".symtab", bytes: Uint8Array.of(5, 10, 6) },
      { name: ".crel.data", type: SHT.CREL, link: ".symtab", info: ".data", bytes: PACKED, flags: SHF.INFO_LINK },
      { name: ".comment", bytes: code(5) },
    ],
    symbols: [
      { name: "x.c", type: STT.FILE, section: SHN.ABS }, // 1
      { type: STT.SECTION, section: ".debug_info" }, // 2
      { type: STT.SECTION, section: ".text" }, // 3
      { name: "unused_local", type: STT.FUNC, section: ".text", value: 3 }, // 4
      { name: "other_local", type: STT.FUNC, section: ".text", value: 4 }, // 5
      { name: "used_local", type: STT.FUNC, section: ".text", value: 5 }, // 6
      { name: ".Ltemporary", section: ".data" }, // 7
      { name: "local", section: ".data", value: 4 }, // 8
      { name: "unused_global", binding: STB.GLOBAL }, // 9
      { name: "signature", binding: STB.WEAK, section: ".text.inline" }, // 10
      { name: "defined", binding: STB.GLOBAL, section: ".data", value: 8 }, // 11
      { name: "common", binding: STB.GLOBAL, type: STT.OBJECT, section: SHN.COMMON }, // 12
      { name: "called", binding: STB.GLOBAL }, // 13
      { name: "global", binding: STB.GLOBAL, section: ".bss" }, // 14
    ],
    ...o,
  });

const MACHINES: readonly (Encoding & { readonly machine: number })[] = [
  { class: 64, littleEndian: true, machine: EM.X86_64 },
  { class: 64, littleEndian: false, machine: EM.S390 },
  { class: 32, littleEndian: true, machine: EM.ARM },
  { class: 32, littleEndian: false, machine: EM.PPC },
  { class: 64, littleEndian: true, machine: EM.MIPS },
];

/** Relocatable files. */
export function objects(): Input[] {
  const shapes: Readonly<Record<string, Partial<ObjectOptions>>> = {
    "an object": {},
    "an object of shared names": { sharesNames: true },
    "an object of extended indexes": { extended: true },
  };

  const names = Object.keys(shapes);
  return MACHINES.map((machine, i): Input => {
    const name = names[i % names.length]!;
    const label = `${name}, machine ${machine.machine}, class ${machine.class}`;
    return { name: label, purpose: "strip", bytes: object({ ...machine, ...shapes[name] }) };
  });
}

/** Static libraries with indexes of every form. */
export function archives(): Input[] {
  const formats: readonly TestFormat[] = ["sysv", "sysv64", "bsd", "bsd64"];
  const [first, second] = MACHINES;
  const members = [
    { name: "one.o", bytes: object(first!), symbols: ["signature", "defined"] },
    { name: "a-very-long-name-of-a-member.o", bytes: object({ ...first!, sharesNames: true }), symbols: ["global"] },
    { name: "text.txt", bytes: code(7) },
    { name: "another-very-long-name.o", bytes: object(second!), symbols: ["common", "signature"] },
  ];

  const whole = formats.map((format): Input => {
    return { name: `an archive, ${format}`, purpose: "archive", bytes: testArchive(members, { format }) };
  });
  const extra = concat([arHeader("/<XFGHASHMAP>/", 8), code(8)]);
  return [...whole, { name: "an archive of two tables", purpose: "archive", bytes: testArchive(members, { extra }) }];
}
