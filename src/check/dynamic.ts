import { wordSize } from "../codec/encoding.js";
import type { ElfFile } from "../image/elf.js";
import { hex } from "../error.js";
import { PF, PT, SHT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { cardOf } from "../spec/machines/card-of.js";
import { MEMORY } from "../spec/machines/lists/memory.js";
import { type SegmentExtent, extents, loadIndex, range, sectionExtents, sectionLabel } from "./extents.js";
import type { CheckRule, Violation } from "./rule.js";

const dynamicSegment = (elf: ElfFile): SegmentExtent | undefined =>
  elf.dynamic ? extents(elf, PT.DYNAMIC)[0] : undefined;

const isWritable = (l: SegmentExtent | undefined): boolean => l !== undefined && (l.flags & PF.W) !== 0;

/** Which section a tag leads to, where the file has exactly one of that type. */
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
  const d = elf.dynamic;
  if (!d) return;
  for (const [tag, name, type] of TARGETS) {
    const address = d.get(tag);
    const found = sectionExtents(elf).filter((s) => s.type === type);
    if (address !== undefined && found.length === 1 && found[0]!.addr !== address) {
      yield { message: `it holds ${hex(address)}, but ${found[0]!.at} is at ${hex(found[0]!.addr)}`, at: name };
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
      const p = dynamicSegment(elf);
      for (const s of p ? sectionExtents(elf).filter((s) => s.type === SHT.DYNAMIC) : []) {
        if (s.offset !== p!.offset || s.size !== p!.filesz) {
          yield {
            message: `it lies at ${range(s.offset, s.size)}, PT_DYNAMIC at ${range(p!.offset, p!.filesz)}`,
            at: s.at,
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
      const d = elf.dynamic;
      const address = d?.get(DT.STRTAB);
      const size = d?.get(DT.STRSZ);
      if (address === undefined || size === undefined) return;

      for (const s of elf.sections) {
        if (s.header.type !== SHT.DYNAMIC) continue;

        const e = sectionExtents(elf)[s.header.link];
        if (!e || e.type !== SHT.STRTAB) {
          yield { message: `sh_link ${s.header.link} is not a string table`, at: sectionLabel(s) };
        } else if (e.addr !== address || e.size !== size) {
          yield {
            message: `DT_STRTAB is ${range(address, size)}, but ${e.at} is ${range(e.addr, e.size)}`,
            at: sectionLabel(s),
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
      const p = dynamicSegment(elf);
      if (!p || cardOf(MEMORY, elf.header.machine)?.readOnlyDynamic) return;
      const l = loadIndex(elf)(p.vaddr);
      if (l && !isWritable(l)) yield { message: `${l.at}, which holds it, is read-only`, at: p.at };
    },
  },
  {
    id: "dynamic-relro",
    severity: "warning",
    sentence: "Where there is a PT_GNU_RELRO, it protects a writable dynamic section.",
    *test(elf) {
      const p = dynamicSegment(elf);
      const relro = extents(elf, PT.GNU_RELRO)[0];
      if (!p || !relro || !isWritable(loadIndex(elf)(p.vaddr))) return;
      if (p.vaddr < relro.vaddr || p.vaddr + p.memsz > relro.vaddr + relro.memsz) {
        yield {
          message: `it lies at ${range(p.vaddr, p.memsz)}, outside PT_GNU_RELRO (${range(relro.vaddr, relro.memsz)}), and stays writable`,
          at: p.at,
        };
      }
    },
  },
  {
    id: "dynamic-address",
    severity: "error",
    sentence: "Every address in the dynamic section lies in a PT_LOAD.",
    *test(elf) {
      const find = loadIndex(elf);
      for (const e of elf.dynamic?.entries ?? []) {
        // The end of a PT_LOAD is the address of a table without entries.
        const found = e.kind !== "address" || e.value === 0n || find(e.value) || find(e.value - 1n);
        if (!found) yield { message: `its address ${hex(e.value)} lies in no PT_LOAD`, at: e.name };
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
      const d = elf.dynamic;
      const find = loadIndex(elf);
      if (!d) return;

      for (const e of d.entries) {
        if (e.kind !== "self-relative") continue;
        const width = wordSize(elf.header);
        const target = BigInt.asUintN(width * 8, d.address + BigInt(e.index * 2 * width) + e.value);
        if (!isWritable(find(target))) {
          yield { message: `it leads to ${hex(target)}, which lies in no writable PT_LOAD`, at: e.name };
        }
      }
    },
  },
];
