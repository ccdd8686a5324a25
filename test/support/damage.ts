import { viewOf } from "../../src/codec/bytes.js";
import { Shdr, type ShdrView } from "../../src/codec/records.js";
import { readElf } from "../../src/image/read-elf.js";
import { PT, SHT } from "../../src/spec/constants.js";
import { ehdr } from "./elf.js";

/** The section header with this index, by the ELF header alone. */
function rowAt(bytes: Uint8Array, index: number): ShdrView {
  const { header } = readElf(bytes);
  return Shdr.view(viewOf(bytes), header.shoff + index * header.shentsize, header);
}

/** Section header tables that no tool can use: what each is, how it is broken, and what is said of it. */
export const BROKEN_TABLES: readonly (readonly [
  what: string,
  breakTable: (bytes: Uint8Array) => void,
  said: RegExp,
])[] = [
  ["e_shoff past the end", (b) => (ehdr(b).shoff = 0xffffff), /section header table .* reaches past the end/],
  ["e_shnum too large", (b) => (ehdr(b).shnum = 65000), /section header table .* reaches past the end/],
  ["e_shnum 0", (b) => (ehdr(b).shnum = 0), /e_shnum is 0/],
  ["e_shentsize 1", (b) => (ehdr(b).shentsize = 1), /e_shentsize is 1,/],
  ["e_shentsize 0", (b) => (ehdr(b).shentsize = 0), /e_shentsize is 0,/],
  ["e_shentsize too large", (b) => (ehdr(b).shentsize += 8), /e_shentsize is (48|72),/],
  [
    "an offset that no file has, or that is past the end where header 0 is wrong, too",
    (b) => {
      const isWide = readElf(b).header.class === 64;
      if (!isWide) rowAt(b, 0).type = SHT.PROGBITS;
      rowAt(b, 3).setExact("offset", isWide ? 2n ** 60n : 0xf000_0000n);
    },
    /section header 3/,
  ],
];

/** Takes the section headers and all that only they describe away, as sstrip does. */
export function withoutSections(bytes: Uint8Array): Uint8Array {
  const { segments } = readElf(bytes);
  const loads = segments.filter((s) => s.type === PT.LOAD);
  const end = Math.max(...loads.map((load) => load.offset + load.filesz));
  const cut = bytes.slice(0, end);
  Object.assign(ehdr(cut), { shoff: 0, shnum: 0, shstrndx: 0 });
  return cut;
}
