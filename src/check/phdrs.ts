import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { NT_GNU, PT, SHT } from "../spec/constants.js";
import {
  type SegmentExtent,
  type SectionExtent,
  segmentExtents,
  loadedSections,
  nonEmptyLoads,
  range,
} from "./extents.js";
import type { CheckRule, Violation } from "./rule.js";

const TABLE = "program header table";

/** The first page of a file: some loaders read no more at first, and core files keep no more of each file. */
const FIRST_PAGE = 0x1000n;

interface Table {
  readonly offset: bigint;
  readonly size: bigint;
  /** Its address, where one PT_LOAD holds all of it. */
  readonly address: bigint | undefined;
}

function tableOf(elf: ElfFile): Table | undefined {
  const { phoff, phnum, phentsize } = elf.header;
  if (phnum === 0) return undefined;

  const offset = BigInt(phoff);
  const size = BigInt(phnum) * BigInt(phentsize);
  const load = nonEmptyLoads(elf).find((l) => l.offset <= offset && offset + size <= l.offset + l.filesz);
  return { offset, size, address: load && offset - load.offset + load.vaddr };
}

const where = (table: Table): string => `the table (${range(table.offset, table.size)} in the file)`;

/** The fields of PT_PHDR that do not describe the table, in words. */
function wrongFields(phdr: SegmentExtent, table: Table): string[] {
  const fields: [string, bigint, bigint][] = [
    ["p_offset", phdr.offset, table.offset],
    ["p_vaddr", phdr.vaddr, table.address ?? phdr.vaddr],
    ["p_filesz", phdr.filesz, table.size],
    ["p_memsz", phdr.memsz, table.size],
  ];
  return fields
    .filter(([, actual, expected]) => actual !== expected)
    .map(([name, actual, expected]) => `${name} is ${hex(actual)}, but ${hex(expected)} for ${where(table)}`);
}

function* pastFirstPage(what: string, end: bigint): Generator<Violation> {
  if (end <= FIRST_PAGE) return;
  yield {
    message:
      `it ends at ${hex(end)}, behind the file's first ${hex(FIRST_PAGE)} bytes, ` +
      "which are all that some loaders read or core files keep",
    at: what,
  };
}

/** The section with bytes in the file that starts first. */
function firstSection(elf: ElfFile): SectionExtent | undefined {
  let first: SectionExtent | undefined;
  for (const section of loadedSections(elf)) {
    if (section.type === SHT.NOBITS) continue;
    if (!first || section.offset < first.offset) first = section;
  }

  return first;
}

/** The program header table: where kernels say it is (AT_PHDR), and where BFD's strip expects it. */
export const phdrRules: readonly CheckRule[] = [
  {
    id: "phdr-mapped",
    severity: "error",
    sentence: "Where there is a PT_PHDR, one PT_LOAD holds the whole program header table.",
    *test(elf) {
      const table = tableOf(elf);
      if (table && table.address === undefined && segmentExtents(elf, PT.PHDR).length > 0) {
        yield { message: `no PT_LOAD holds ${where(table)}`, at: TABLE };
      }
    },
  },
  {
    id: "phdr-segment",
    severity: "error",
    sentence: "PT_PHDR says offset, address and size of the program header table.",
    *test(elf) {
      const table = tableOf(elf);
      if (!table) return;

      for (const phdr of segmentExtents(elf, PT.PHDR)) {
        const wrong = wrongFields(phdr, table);
        if (wrong.length > 0) yield { message: wrong.join("; "), at: phdr.at };
      }
    },
  },
  {
    id: "phdr-first",
    severity: "error",
    sentence: "PT_PHDR stands before every PT_LOAD and before PT_DYNAMIC: ld.so takes the load address from it.",
    *test(elf) {
      const phdr = elf.segments.findIndex((s) => s.type === PT.PHDR);
      const other = elf.segments.findIndex((s) => s.type === PT.LOAD || s.type === PT.DYNAMIC);
      if (phdr >= 0 && other >= 0 && other < phdr) {
        yield { message: `it is entry ${phdr} of the program header table, behind entry ${other}`, at: "PT_PHDR" };
      }
    },
  },
  {
    id: "phdr-old-kernel",
    severity: "error",
    sentence:
      "AT_PHDR as kernels before 5.18 compute it (from the first PT_LOAD and e_phoff) " +
      "is the address of the program header table.",
    *test(elf) {
      const table = tableOf(elf);
      const first = nonEmptyLoads(elf)[0];
      if (!table || table.address === undefined || !first || segmentExtents(elf, PT.INTERP).length === 0) return;

      const computed = first.vaddr - first.offset + table.offset;
      if (computed !== table.address) {
        yield {
          message:
            `kernels before 5.18 look for it at address ${hex(computed)}, ` +
            `but ${where(table)} is mapped at ${hex(table.address)}`,
          at: TABLE,
        };
      }
    },
  },
  {
    id: "phdr-offset",
    severity: "warning",
    sentence: "The program header table follows the ELF header (e_phoff is e_ehsize).",
    *test(elf) {
      const { phoff, ehsize, phnum } = elf.header;
      if (phnum > 0 && phoff !== ehsize) {
        yield {
          message:
            `e_phoff is ${hex(phoff)}, e_ehsize is ${hex(ehsize)}: ` +
            "GNU strip, objcopy and eu-strip write the table back behind the ELF header",
          at: TABLE,
        };
      }
    },
  },
  {
    id: "phdr-strip",
    severity: "error",
    sentence: "No loaded section starts before the end of the program header table.",
    *test(elf) {
      const table = tableOf(elf);
      if (!table) return;

      const first = firstSection(elf);
      if (first && first.offset < table.offset + table.size) {
        yield {
          message:
            `${first.at} starts at ${hex(first.offset)}, before the end of ${where(table)}: ` +
            "strip would write the table over it",
          at: TABLE,
        };
      }
    },
  },
  {
    id: "first-page",
    severity: "note",
    sentence: "The program header table, .interp and the build ID lie in the file's first page.",
    *test(elf) {
      const table = tableOf(elf);
      if (table) yield* pastFirstPage(TABLE, table.offset + table.size);

      for (const interp of segmentExtents(elf, PT.INTERP)) {
        yield* pastFirstPage(interp.at, interp.offset + interp.filesz);
      }

      for (const note of elf.notes) {
        if (note.owner !== "GNU" || note.type !== NT_GNU.BUILD_ID) continue;
        // 12 bytes of Elf_Nhdr, and "GNU" with its NUL.
        yield* pastFirstPage("build ID", BigInt(note.offset) + 16n + BigInt(note.description.length));
      }
    },
  },
];
