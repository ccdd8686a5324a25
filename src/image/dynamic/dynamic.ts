import { wordSize } from "../../codec/encoding.js";
import { Dyn } from "../../codec/records.js";
import { readExactly } from "../../codec/source.js";
import { fail, hex } from "../../error.js";
import { PT, SHF, SHT } from "../../spec/constants.js";
import { DT, dynamicTag } from "../../spec/dynamic.js";
import type { Dynamic, DynamicEntry, ElfFile } from "../elf.js";
import { sectionsOf } from "../headers/sections.js";
import { NameBudget, StringTable } from "../strings.js";

/** Reads PT_DYNAMIC; null where the file has none. `TRUNCATED`, `MALFORMED`. */
export function readDynamic(elf: ElfFile): Dynamic | null {
  const segment = elf.segments.find((s) => s.type === PT.DYNAMIC);
  if (!segment || segment.filesz === 0 || isDetached(elf, segment.exact("vaddr"))) return null;

  const { source, header: h } = elf;
  // Loaders use the address. p_offset counts where no PT_LOAD maps it.
  const offset = elf.offsetOf(segment.exact("vaddr"), 1) ?? segment.offset;
  const stride = 2 * wordSize(h);
  const size = segment.filesz - (segment.filesz % stride);
  const records = Dyn.table(readExactly(source, offset, size, "the dynamic section"), h);
  const end = records.findIndex((r) => r.tag === DT.NULL);
  if (end < 0) {
    fail("MALFORMED", `the dynamic section (${size} bytes at ${hex(offset)}) has no terminating DT_NULL`, { offset });
  }

  const entries = records
    .slice(0, end)
    .map((r, index): DynamicEntry => ({ index, tag: r.tag, value: r.exact("val"), ...dynamicTag(r.tag, h.machine) }));
  const firstUsedBehind = records.findIndex((r, i) => i > end && r.exact("tag") !== 0n);
  const capacity = firstUsedBehind < 0 ? records.length : firstUsedBehind;

  const get = (tag: number) => entries.find((e) => e.tag === tag)?.value;
  const strings = stringTable(elf, get(DT.STRTAB), get(DT.STRSZ));
  const budget = new NameBudget(strings);
  const knownTexts = new Map<bigint, string>();
  const text = (e: DynamicEntry) => {
    if (!strings) {
      fail(
        "MALFORMED",
        `${e.name} names a string, but DT_STRTAB and DT_STRSZ do not lead to a string table in the file`,
        { offset },
      );
    }

    const found = knownTexts.get(e.value) ?? budget.spend(strings.at(Number(e.value)));
    knownTexts.set(e.value, found);
    return found;
  };

  return {
    offset,
    address: segment.exact("vaddr"),
    size,
    entries,
    capacity,
    strings,
    get,
    text,
    texts: (tag) => entries.filter((e) => e.tag === tag).map(text),
  };
}

/**
 * Is it the .dynamic of a separate debug file? Such a file has all program headers, but its .dynamic is NOBITS, and
 * what is at p_offset is something else.
 */
function isDetached(elf: ElfFile, address: bigint): boolean {
  return sectionsOf(elf, SHT.NOBITS).some(
    ({ header: h }) =>
      h.flags & SHF.ALLOC && !(h.flags & SHF.TLS) && h.exact("addr") === address && h.exact("size") > 0n,
  );
}

function stringTable(elf: ElfFile, address: bigint | undefined, size: bigint | undefined): StringTable | undefined {
  if (address === undefined || !size) return undefined;
  const offset = elf.offsetOf(address, 1);
  if (offset === undefined || BigInt(offset) + size > BigInt(elf.source.size)) return undefined;
  return new StringTable(elf.source, offset, Number(size));
}
