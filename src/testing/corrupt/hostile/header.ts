import { ET, PN_XNUM } from "../../../spec/constants.js";
import { NothingToBreak } from "../faulty-file.js";
import type { FaultyFile } from "../faulty-file.js";
import type { HostileRecipe } from "../recipe.js";

const hasPhdrs = (f: FaultyFile): void => {
  if (f.elf.header.phnum === 0) throw new NothingToBreak();
};
const hasShdrs = (f: FaultyFile): void => {
  if (f.elf.header.shnum === 0) throw new NothingToBreak();
};

const PROGRAM_HEADERS = "program headers";
const SECTION_HEADERS = "section headers";

/** The ELF header: what a file is, and where and how long its tables are. */
export const headerRecipes = /* @__PURE__ */ (() =>
  ({
    "wrong-magic": { sentence: "The first byte is not 0x7f.", change: (f) => (f.bytes[0] = 0x7e) },
    "class-exchanged": {
      sentence: "EI_CLASS is that of the other class, so that every record has another size.",
      change: (f) => (f.bytes[4] = f.bytes[4] === 1 ? 2 : 1),
    },
    "class-unknown": { sentence: "EI_CLASS is 3.", change: (f) => (f.bytes[4] = 3) },
    "byte-order-exchanged": {
      sentence: "EI_DATA is that of the other byte order, so that every number is another one.",
      change: (f) => (f.bytes[5] = f.bytes[5] === 1 ? 2 : 1),
    },
    "byte-order-unknown": { sentence: "EI_DATA is 0.", change: (f) => (f.bytes[5] = 0) },
    "version-unknown": { sentence: "EI_VERSION is 255.", change: (f) => (f.bytes[6] = 255) },
    "type-unknown": { sentence: "e_type is 0xfeff.", change: (f) => (f.header.type = 0xfeff) },
    "type-object": {
      sentence: "e_type is ET_REL, in a file that is none.",
      needs: "another type than ET_REL",
      change: (f) => (f.header.type = ET.REL),
    },
    "machine-unknown": { sentence: "e_machine is 0xfffe.", change: (f) => (f.header.machine = 0xfffe) },
    "ehsize-zero": { sentence: "e_ehsize is 0.", change: (f) => (f.header.ehsize = 0) },
    "phentsize-zero": {
      sentence: "e_phentsize is 0, so that all program headers are one.",
      needs: PROGRAM_HEADERS,
      change: (f) => {
        hasPhdrs(f);
        f.header.phentsize = 0;
      },
    },
    "phentsize-one": {
      sentence: "e_phentsize is 1, so that program headers overlap.",
      needs: PROGRAM_HEADERS,
      change: (f) => {
        hasPhdrs(f);
        f.header.phentsize = 1;
      },
    },
    "phentsize-wide": {
      sentence: "e_phentsize is 4 more than a program header has.",
      needs: PROGRAM_HEADERS,
      change: (f) => {
        hasPhdrs(f);
        f.header.phentsize += 4;
      },
    },
    "phentsize-huge": {
      sentence: "e_phentsize is 0xffff.",
      needs: PROGRAM_HEADERS,
      change: (f) => {
        hasPhdrs(f);
        f.header.phentsize = 0xffff;
      },
    },
    "phnum-huge": {
      sentence: "e_phnum is 0xfffe.",
      change: (f) => Object.assign(f.header, { phoff: 8, phnum: 0xfffe }),
    },
    "phnum-extended": {
      sentence: "e_phnum is PN_XNUM, and there is no section header 0 with the real number.",
      change: (f) => Object.assign(f.header, { phoff: 64, phnum: PN_XNUM, shoff: 0, shnum: 0 }),
    },
    "shentsize-zero": {
      sentence: "e_shentsize is 0, so that all section headers are one.",
      needs: SECTION_HEADERS,
      change: (f) => {
        hasShdrs(f);
        f.header.shentsize = 0;
      },
    },
    "shnum-huge": {
      sentence: "e_shnum is 0xfeff.",
      needs: SECTION_HEADERS,
      change: (f) => {
        hasShdrs(f);
        f.header.shnum = 0xfeff;
      },
    },
    "shnum-extended": {
      sentence: "e_shnum is 0, and sh_size of section header 0 says that there are 2^32-1 sections.",
      needs: SECTION_HEADERS,
      change: (f) => {
        f.section(0).size = 0xffff_ffff;
        f.header.shnum = 0;
      },
    },
    "shstrndx-huge": {
      sentence: "e_shstrndx is no section's index.",
      needs: SECTION_HEADERS,
      change: (f) => {
        hasShdrs(f);
        f.header.shstrndx = 0xfefe;
      },
    },
    "shstrndx-itself": {
      sentence: "e_shstrndx is the index of a section that holds no names.",
      needs: "two section headers",
      change: (f) => {
        f.section(1);
        f.header.shstrndx = 1;
      },
    },
  }) as const satisfies Record<string, HostileRecipe>)();
