import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { NT_GNU, PT, SHT } from "../spec/constants.js";
import { type SegmentExtent, extents, loadedSections, loads, range } from "./extents.js";
import type { CheckRule } from "./rule.js";

const TABLE = "program header table";

/** The first page, which is all that some loaders read at first, and what a core file keeps of each file. */
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
  const l = loads(elf).find((l) => l.offset <= offset && offset + size <= l.offset + l.filesz);
  return { offset, size, address: l && offset - l.offset + l.vaddr };
}

const where = (t: Table): string => `the table (${range(t.offset, t.size)} in the file)`;

/** The program header table: what kernels tell ld.so of it (AT_PHDR), and where BFD's strip expects it. */
export const phdrRules: readonly CheckRule[] = [
  {
    id: "phdr-mapped",
    severity: "error",
    sentence: "Where there is a PT_PHDR, one PT_LOAD holds the whole program header table.",
    *test(elf) {
      const t = tableOf(elf);
      if (t && t.address === undefined && extents(elf, PT.PHDR).length > 0) {
        yield { message: `no PT_LOAD holds ${where(t)}`, at: TABLE };
      }
    },
  },
  {
    id: "phdr-segment",
    severity: "error",
    sentence: "PT_PHDR says offset, address and size of the program header table.",
    *test(elf) {
      const t = tableOf(elf);
      for (const p of t ? extents(elf, PT.PHDR) : []) {
        const wrong = fieldsOf(p, t!).filter(([, is, should]) => is !== should);
        if (wrong.length > 0) {
          yield {
            message: wrong
              .map(([field, is, should]) => `${field} is ${hex(is)}, but ${hex(should)} for ${where(t!)}`)
              .join("; "),
            at: p.at,
          };
        }
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
      "AT_PHDR as kernels before 5.18 compute it (from the first PT_LOAD and e_phoff) is the address of the program header table.",
    *test(elf) {
      const t = tableOf(elf);
      const first = loads(elf)[0];
      if (!t || t.address === undefined || !first || extents(elf, PT.INTERP).length === 0) return;

      const computed = first.vaddr - first.offset + t.offset;
      if (computed !== t.address) {
        yield {
          message: `kernels before 5.18 look for it at address ${hex(computed)}, but ${where(t)} is mapped at ${hex(t.address)}`,
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
          message: `e_phoff is ${hex(phoff)}, e_ehsize is ${hex(ehsize)}: GNU strip, objcopy and eu-strip write the table back behind the ELF header`,
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
      const t = tableOf(elf);
      if (!t) return;

      let first: ReturnType<typeof loadedSections>[number] | undefined;
      for (const s of loadedSections(elf)) if (s.type !== SHT.NOBITS && (!first || s.offset < first.offset)) first = s;
      if (first && first.offset < t.offset + t.size) {
        yield {
          message: `${first.at} starts at ${hex(first.offset)}, before the end of ${where(t)}: strip would write the table over it`,
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
      const check = (what: string, end: bigint) =>
        end > FIRST_PAGE
          ? [
              {
                message: `it ends at ${hex(end)}, behind the file's first ${hex(FIRST_PAGE)} bytes, which are all that some loaders read or core files keep`,
                at: what,
              },
            ]
          : [];
      const t = tableOf(elf);
      if (t) yield* check(TABLE, t.offset + t.size);
      for (const p of extents(elf, PT.INTERP)) yield* check(p.at, p.offset + p.filesz);

      for (const n of elf.notes) {
        if (n.owner === "GNU" && n.type === NT_GNU.BUILD_ID) {
          yield* check("build ID", BigInt(n.offset) + 16n + BigInt(n.description.length));
        }
      }
    },
  },
];

function fieldsOf(p: SegmentExtent, t: Table): [string, bigint, bigint][] {
  return [
    ["p_offset", p.offset, t.offset],
    ["p_vaddr", p.vaddr, t.address ?? p.vaddr],
    ["p_filesz", p.filesz, t.size],
    ["p_memsz", p.memsz, t.size],
  ];
}
