import { wordSize } from "../codec/encoding.js";
import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { PF, PT, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import { type SegmentExtent, segmentExtents, loadIndex, range, sectionExtents, sectionLabel } from "./extents.js";
import type { CheckRule, Violation } from "./rule.js";

const dynamicSegment = (elf: ElfFile): SegmentExtent | undefined =>
  elf.dynamic ? segmentExtents(elf, PT.DYNAMIC)[0] : undefined;

const isWritable = (load: SegmentExtent | undefined): boolean => load !== undefined && (load.flags & PF.W) !== 0;

/** The type of the section that a tag leads to. It is compared where the file has exactly one such section. */
const TARGETS: readonly (readonly [tag: number, name: string, type: number])[] = [
  [DT.SYMTAB, "DT_SYMTAB", SHT.DYNSYM],
  [DT.HASH, "DT_HASH", SHT.HASH],
  [DT.GNU_HASH, "DT_GNU_HASH", SHT.GNU_HASH],
  [DT.VERSYM, "DT_VERSYM", SHT.GNU_VERSYM],
  [DT.VERNEED, "DT_VERNEED", SHT.GNU_VERNEED],
  [DT.VERDEF, "DT_VERDEF", SHT.GNU_VERDEF],
  [DT.INIT_ARRAY, "DT_INIT_ARRAY", SHT.INIT_ARRAY],
  [DT.FINI_ARRAY, "DT_FINI_ARRAY", SHT.FINI_ARRAY],
  [DT.RELR, "DT_RELR", SHT.RELR],
];

function* staleTargets(elf: ElfFile): Generator<Violation> {
  const { dynamic } = elf;
  if (!dynamic) return;

  for (const [tag, name, type] of TARGETS) {
    const address = dynamic.get(tag);
    const found = sectionExtents(elf).filter((section) => section.type === type);
    const section = found.length === 1 ? found[0] : undefined;
    if (address !== undefined && section && section.addr !== address) {
      yield { message: `it holds ${hex(address)}, but ${section.at} is at ${hex(section.addr)}`, at: name };
    }
  }
}

/** The dynamic section: where loaders, `_DYNAMIC` and section headers look for it, and where its tags lead. */
export const dynamicRules: readonly CheckRule[] = [
  {
    id: "dynamic-section",
    severity: "error",
    sentence:
      "Where there is an SHT_DYNAMIC section, it has offset and size of PT_DYNAMIC: bionic refuses the file otherwise.",
    *test(elf) {
      const segment = dynamicSegment(elf);
      if (!segment) return;

      for (const section of sectionExtents(elf)) {
        if (section.type !== SHT.DYNAMIC) continue;
        if (section.offset !== segment.offset || section.size !== segment.filesz) {
          const lies = range(section.offset, section.size);
          yield {
            message: `it lies at ${lies}, PT_DYNAMIC at ${range(segment.offset, segment.filesz)}`,
            at: section.at,
          };
        }
      }
    },
  },
  {
    id: "dynamic-strtab",
    severity: "warning",
    sentence: "sh_link of SHT_DYNAMIC is the string table that DT_STRTAB and DT_STRSZ describe.",
    *test(elf) {
      const address = elf.dynamic?.get(DT.STRTAB);
      const size = elf.dynamic?.get(DT.STRSZ);
      if (address === undefined || size === undefined) return;

      for (const section of elf.sections) {
        const { type, link } = section.header;
        if (type !== SHT.DYNAMIC) continue;

        const linked = sectionExtents(elf)[link];
        if (!linked || linked.type !== SHT.STRTAB) {
          yield { message: `sh_link ${link} is not a string table`, at: sectionLabel(section) };
        } else if (linked.addr !== address || linked.size !== size) {
          yield {
            message: `DT_STRTAB is ${range(address, size)}, but ${linked.at} is ${range(linked.addr, linked.size)}`,
            at: sectionLabel(section),
          };
        }
      }
    },
  },
  {
    id: "dynamic-writable",
    severity: "warning",
    sentence: "The dynamic section is writable (but on MIPS): ld.so stores the address of its own data in DT_DEBUG.",
    *test(elf) {
      const segment = dynamicSegment(elf);
      if (!segment || cardOf(MEMORY, elf.header.machine)?.readOnlyDynamic) return;

      const load = loadIndex(elf)(segment.vaddr);
      if (load && !isWritable(load)) yield { message: `${load.at}, which holds it, is read-only`, at: segment.at };
    },
  },
  {
    id: "dynamic-relro",
    severity: "warning",
    sentence: "Where there is a PT_GNU_RELRO, it protects a writable dynamic section.",
    *test(elf) {
      const segment = dynamicSegment(elf);
      const relro = segmentExtents(elf, PT.GNU_RELRO)[0];
      if (!segment || !relro || !isWritable(loadIndex(elf)(segment.vaddr))) return;

      const { vaddr, memsz } = segment;
      if (vaddr < relro.vaddr || vaddr + memsz > relro.vaddr + relro.memsz) {
        yield {
          message:
            `it lies at ${range(vaddr, memsz)}, ` +
            `outside PT_GNU_RELRO (${range(relro.vaddr, relro.memsz)}), and stays writable`,
          at: segment.at,
        };
      }
    },
  },
  {
    id: "dynamic-address",
    severity: "error",
    sentence: "Every address in the dynamic section lies in a PT_LOAD.",
    *test(elf) {
      const loadOf = loadIndex(elf);
      for (const { kind, name, value } of elf.dynamic?.entries ?? []) {
        if (kind !== "address" || value === 0n) continue;
        // The end of a PT_LOAD is the address of a table without entries.
        if (loadOf(value) || loadOf(value - 1n) || elf.offsetOf(value) !== undefined) continue;
        yield { message: `its address ${hex(value)} lies in no PT_LOAD`, at: name };
      }
    },
  },
  {
    id: "dynamic-target",
    severity: "error",
    sentence: "Tags lead to the sections of their type.",
    test: staleTargets,
  },
  {
    id: "mips-rld-map",
    severity: "error",
    sentence: "DT_MIPS_RLD_MAP_REL leads from its own entry to a word that ld.so can write.",
    *test(elf) {
      const { dynamic } = elf;
      const loadOf = loadIndex(elf);
      if (!dynamic) return;

      const width = wordSize(elf.header);
      for (const { index, kind, name, value } of dynamic.entries) {
        if (kind !== "self-relative") continue;

        const entry = dynamic.address + BigInt(index * 2 * width);
        const target = BigInt.asUintN(width * 8, entry + value);
        if (!isWritable(loadOf(target))) {
          yield { message: `it leads to ${hex(target)}, which lies in no writable PT_LOAD`, at: name };
        }
      }
    },
  },
];
