import { PF, PT, SHF, SHT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { addLoad, freeAddress } from "../added-load.js";
import { type FaultyFile, raise, wanted } from "../faulty-file.js";
import type { Change, RuleRecipe } from "../recipe.js";

const DYNAMIC = "a dynamic section";
const ENTRY = "with an unused entry, or one that it can spare (DT_DEBUG, DT_RELACOUNT, DT_FLAGS …)";

/** Entries that no rule is on, from what a loader misses least. */
const SPARE: readonly number[] = /* @__PURE__ */ [
  [
    DT.DEBUG,
    DT.RELACOUNT,
    DT.RELCOUNT,
    DT.CHECKSUM,
    DT.GNU_PRELINKED,
    DT.BIND_NOW,
    DT.FLAGS_1,
    DT.FLAGS,
    DT.SYMBOLIC,
    DT.INIT,
    DT.FINI,
  ],
].flat();

/** Writes a new entry: into an unused one, or over each that the file can spare. */
export function* newEntry(
  file: FaultyFile,
  tag: number,
  value: (f: FaultyFile) => bigint | undefined,
): Generator<Change> {
  if (!file.elf.dynamic) return;
  const { entries, capacity } = file.dynamic;
  const indexes = SPARE.flatMap((spare) => entries.filter((e) => e.tag === spare).map((e) => e.index));
  if (capacity > entries.length + 1) indexes.unshift(entries.length);

  for (const index of indexes) {
    yield (f) => {
      const entry = f.entryAt(index);
      entry.tag = tag;
      entry.setExact("val", wanted(value(f)));
    };
  }
}

/** Makes a section begin later, and end where it did. */
export function beginLater(f: FaultyFile, index: number, by: number): void {
  const section = f.section(index);
  raise(section, "offset", by);
  raise(section, "addr", by);
  raise(section, "size", -by);
  f.moveSymbols(index);
}

/** The types of sections that a tag leads to. */
const TARGETS: readonly number[] = /* @__PURE__ */ [
  [SHT.GNU_HASH, SHT.HASH, SHT.GNU_VERSYM, SHT.GNU_VERNEED, SHT.GNU_VERDEF, SHT.INIT_ARRAY, SHT.FINI_ARRAY],
].flat();

/** The PT_LOAD of an address. */
const loadAt = (file: FaultyFile, address: bigint): number | undefined =>
  file.loads.find((i) => {
    const load = file.segment(i);
    return load.exact("vaddr") <= address && address < load.exact("vaddr") + load.exact("memsz");
  });

const isDynstr = (file: FaultyFile, index: number): boolean =>
  file.section(index).type === SHT.STRTAB && file.section(index).exact("addr") === file.dynamic.get(DT.STRTAB);

/** Makes the dynamic section's string table so much longer, in its tag and its section header. */
function resizeStrings(f: FaultyFile, by: number): void {
  raise(f.entry(DT.STRSZ), "val", by);
  for (const i of f.sectionsWhere((s) => s.type === SHT.STRTAB)) if (isDynstr(f, i)) raise(f.section(i), "size", by);
}

/** A copy of the string table in a PT_LOAD of its own, with a byte behind its last NUL. */
function copyStrings(f: FaultyFile): void {
  const strings = wanted(f.dynamic.strings);
  const sections = f.sectionsWhere((s) => s.type === SHT.STRTAB).filter((i) => isDynstr(f, i));
  const copy = new Uint8Array(strings.size + 1).fill(0x78);
  copy.set(strings.load());

  const offset = f.append(copy, 0x1000);
  const vaddr = freeAddress(f);
  addLoad(f, { vaddr, offset, filesz: copy.length, memsz: copy.length, covered: false });
  f.entry(DT.STRTAB).setExact("val", vaddr);
  f.entry(DT.STRSZ).val = copy.length;
  for (const i of sections) {
    Object.assign(f.section(i), { offset, size: copy.length });
    f.section(i).setExact("addr", vaddr);
    f.moveSymbols(i);
  }
}

/** The dynamic section and its strings. */
export const dynamicRecipes = /* @__PURE__ */ (() =>
  ({
    "dynamic-section": {
      needs: "a PT_DYNAMIC and section headers",
      *ways(file) {
        const entry = file.elf.header.class / 4;
        for (const i of file.sectionsWhere((s) => s.type === SHT.DYNAMIC)) {
          yield (f) => raise(f.section(i), "size", -entry);
          yield (f) => beginLater(f, i, entry);
        }
        for (const i of file.spareSections) {
          yield (f) => {
            const link = f.sectionsWhere((s) => s.type === SHT.STRTAB).find((s) => isDynstr(f, s));
            f.reuseSection(i, { type: SHT.DYNAMIC, link: wanted(link) });
          };
        }
      },
    },
    "dynamic-strtab": {
      needs: "a section of type SHT_DYNAMIC",
      *ways(file) {
        const sections = file.sectionsWhere((s) => s.type === SHT.DYNAMIC);
        for (const i of sections) yield (f) => (f.section(i).link = f.section(i).link === 1 ? 2 : 1);
      },
    },
    "dynamic-writable": {
      needs: "a writable dynamic section, on another machine than MIPS",
      *ways(file) {
        const load = loadAt(file, file.dynamic.address);
        yield (f) => (f.segment(wanted(load)).flags &= ~PF.W);
        yield (f) => {
          f.segment(wanted(load)).flags &= ~PF.W;
          // Memory without bytes has to be writable somewhere above.
          addLoad(f, { vaddr: freeAddress(f), memsz: 16 });
        };
        yield (f) => {
          const segment = f.segment(wanted(load));
          const end = segment.exact("vaddr") + segment.exact("filesz");
          segment.flags &= ~PF.W;
          segment.setExact("memsz", segment.exact("filesz"));
          for (const i of f.loadedSections) if (f.section(i).exact("addr") >= end) f.section(i).size = 0;
        };
      },
    },
    "dynamic-relro": {
      needs: "a writable dynamic section and a PT_GNU_RELRO over it",
      *ways() {
        yield (f) => {
          const relro = f.only(PT.GNU_RELRO);
          const before = f.dynamic.address - relro.exact("vaddr");
          const size = before > 0n ? before : 1n;
          relro.setExact("filesz", size);
          relro.setExact("memsz", size);
        };
      },
    },
    "dynamic-address": {
      needs: `${DYNAMIC} ${ENTRY}`,
      *ways(file) {
        yield* newEntry(file, DT.FINI, freeAddress);
        yield* newEntry(file, DT.INIT, freeAddress);
      },
    },
    "dynamic-target": {
      needs: "section headers, and a section of hashes, versions or functions that a tag leads to",
      *ways(file) {
        for (const type of TARGETS) {
          for (const i of file.sectionsWhere((s) => s.type === type)) {
            for (const by of [4, 8, 2]) yield (f) => beginLater(f, i, by);
          }
        }
      },
    },
    "mips-rld-map": {
      needs: `a file for MIPS with ${DYNAMIC} ${ENTRY}`,
      *ways(file) {
        const tag = 0x70000035;
        const readOnly = wanted(file.loads.find((i) => (file.segment(i).flags & PF.W) === 0));
        const entryAddress = (index: number) => file.dynamic.address + BigInt((index * file.elf.header.class) / 4);

        for (const change of newEntry(file, tag, () => 0n)) {
          yield (f) => {
            change(f);
            const index = wanted(findTag(f, tag));
            f.entryAt(index).setExact("val", f.segment(readOnly).exact("vaddr") - entryAddress(index));
          };
        }
        for (const { index } of file.dynamic.entries.filter((e) => e.tag === tag)) {
          yield (f) => f.entryAt(index).setExact("val", f.segment(readOnly).exact("vaddr") - entryAddress(index));
        }
      },
    },
    "dynamic-hanging": {
      needs: `${DYNAMIC} ${ENTRY}, and a PT_LOAD with other bytes of the file in its last page`,
      *ways(file) {
        for (const i of file.loads) {
          const load = file.segment(i);
          const behind = load.exact("vaddr") + load.exact("filesz") + 1n;
          yield* newEntry(file, DT.FINI, () => behind);
        }
        for (const change of newEntry(file, DT.FINI, (f) => freeAddress(f) + 17n)) {
          yield (f) => {
            change(f);
            const offset = f.append(new Uint8Array(0x1000), 0x1000);
            addLoad(f, { vaddr: freeAddress(f), offset, filesz: 16, memsz: 16, covered: false });
            const section = wanted(f.spareSections[0]);
            const flags = SHF.ALLOC | SHF.WRITE;
            f.reuseSection(section, { type: SHT.PROGBITS, flags, addr: freeAddress(f), offset, size: 16 });
          };
        }
      },
    },
    "dynamic-got": {
      needs: "a global offset table that begins with the address of the dynamic section (DT_PLTGOT)",
      *ways(file) {
        const got = wanted(file.dynamic.get(DT.PLTGOT));
        const word = file.elf.header.class / 8;
        const at = file.place(got, word);
        const lowest = file.elf.header.littleEndian ? at : at + word - 1;
        yield (f) => (f.bytes[lowest]! ^= 8);
      },
    },
    "strtab-end": {
      needs: "a dynamic section with a string table (DT_STRTAB, DT_STRSZ)",
      *ways(file) {
        for (const by of [-1, -2, 1]) yield (f) => resizeStrings(f, by);
        yield copyStrings;
        yield (f) => {
          const strings = wanted(file.elf.dynamic?.strings);
          f.bytes[strings.offset + strings.size - 1] = 0x78;
        };
      },
    },
    "string-tag": {
      needs: `${DYNAMIC} ${ENTRY}`,
      *ways(file) {
        const outside = (f: FaultyFile) => (f.dynamic.get(DT.STRSZ) ?? 0n) + 0x1000n;
        for (const tag of [DT.RUNPATH, DT.RPATH]) yield (f) => f.entry(tag).setExact("val", outside(f));
        yield* newEntry(file, DT.AUXILIARY, outside);
        for (const tag of [DT.SONAME, DT.NEEDED]) yield (f) => f.entry(tag).setExact("val", outside(f));
      },
    },
  }) as const satisfies Record<string, RuleRecipe>)();

/** The index of an entry of the changed file. */
function findTag(f: FaultyFile, tag: number): number | undefined {
  for (let i = 0; i < f.dynamic.capacity; i++) if (f.entryAt(i).tag === tag) return i;
  return undefined;
}
