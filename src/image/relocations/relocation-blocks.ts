import { ET, PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile } from "../elf.js";

/** How the records of a table are written: plain (REL, RELA), as addresses only (RELR), or packed (CREL, Android's). */
export type RelocationForm = "rel" | "rela" | "relr" | "crel" | "packed";

/** A table of relocations as a whole. Offset and size in bytes. */
export interface RelocationBlock {
  /** What leads to it: `DT_RELA`, or the section's name. */
  readonly name: string;
  readonly form: RelocationForm;
  readonly offset: number;
  readonly size: number;
  /** The index of its symbol table's section; undefined for the dynamic symbols. */
  readonly symbols?: number;
}

/**
 * The forms by sh_type. SHT.CREL is the first number of SHT_CREL. The last three are SHT_ANDROID_REL, SHT_ANDROID_RELA
 * and SHT_ANDROID_RELR.
 */
const SECTION_FORMS: Readonly<Record<number, RelocationForm>> = {
  [SHT.REL]: "rel",
  [SHT.RELA]: "rela",
  [SHT.RELR]: "relr",
  [SHT.CREL]: "crel",
  0x60000001: "packed",
  0x60000002: "packed",
  0x6fffff00: "relr",
};

const isInside = (elf: ElfFile, offset: bigint, size: bigint): boolean =>
  size > 0n && offset + size <= BigInt(elf.source.size);

/**
 * The tables of relocations that loaders process, by their dynamic tags. Without PT_DYNAMIC (relocatable and static
 * files), those of the sections.
 *
 * @param missing gets the name of each table that is not in the file
 */
export function relocationBlocks(elf: ElfFile, missing: (name: string) => void = () => {}): RelocationBlock[] {
  return elf.dynamic && elf.header.type !== ET.REL ? dynamicBlocks(elf, missing) : sectionBlocks(elf, missing);
}

function dynamicBlocks(elf: ElfFile, missing: (name: string) => void): RelocationBlock[] {
  const d = elf.dynamic!;
  const plt: RelocationForm = d.get(DT.PLTREL) === BigInt(DT.RELA) ? "rela" : "rel";
  const tags: [name: string, address: number, size: number, RelocationForm][] = [
    ["DT_REL", DT.REL, DT.RELSZ, "rel"],
    ["DT_RELA", DT.RELA, DT.RELASZ, "rela"],
    ["DT_JMPREL", DT.JMPREL, DT.PLTRELSZ, plt],
    ["DT_RELR", DT.RELR, DT.RELRSZ, "relr"],
    ["DT_ANDROID_REL", DT.ANDROID_REL, DT.ANDROID_RELSZ, "packed"],
    ["DT_ANDROID_RELA", DT.ANDROID_RELA, DT.ANDROID_RELASZ, "packed"],
    ["DT_ANDROID_RELR", DT.ANDROID_RELR, DT.ANDROID_RELRSZ, "relr"],
  ];
  const found = tags.flatMap(([name, at, sizeAt, form]): RelocationBlock[] => {
    const address = d.get(at);
    const size = d.get(sizeAt);
    if (address === undefined || !size) return [];

    const offset = elf.offsetOf(address, 1);
    if (offset !== undefined && isInside(elf, BigInt(offset), size)) {
      return [{ name, form, offset, size: Number(size) }];
    }

    missing(name);
    return [];
  });

  return withoutOverlap([...found, ...crelBlock(elf)]);
}

/** DT_CREL has no tag for its size. The table says its own length, so the block goes up to the end of its segment. */
function crelBlock(elf: ElfFile): RelocationBlock[] {
  const address = elf.dynamic?.get(DT.CREL);
  const offset = address === undefined ? undefined : elf.offsetOf(address, 1);
  if (offset === undefined) return [];

  const fileSize = elf.source.size;
  const load = elf.segments.find(
    (s) => s.type === PT.LOAD && s.near("offset") <= offset && offset < s.near("offset") + s.near("filesz"),
  );
  const end = load ? Math.min(fileSize, load.near("offset") + load.near("filesz")) : fileSize;
  return [{ name: "DT_CREL", form: "crel", offset, size: end - offset }];
}

/** Some linkers count the records of DT_JMPREL in DT_RELASZ, too. ld.so then leaves them out of DT_RELA. */
function withoutOverlap(blocks: readonly RelocationBlock[]): RelocationBlock[] {
  const plt = blocks.find((b) => b.name === "DT_JMPREL");
  const holdsPlt = (b: RelocationBlock) =>
    plt !== undefined &&
    b !== plt &&
    b.form === plt.form &&
    b.offset <= plt.offset &&
    plt.offset + plt.size === b.offset + b.size;
  return blocks.map((b) => (holdsPlt(b) ? { ...b, size: plt!.offset - b.offset } : b)).filter((b) => b.size > 0);
}

/** Tables that together have more bytes than the file count as missing: many headers lead to the same ones then. */
function sectionBlocks(elf: ElfFile, missing: (name: string) => void): RelocationBlock[] {
  let left = BigInt(elf.source.size);
  return elf.sections.flatMap(({ name, header: s }): RelocationBlock[] => {
    const form = SECTION_FORMS[s.type];
    const size = s.exact("size");
    if (!form || size === 0n) return [];

    if (isInside(elf, s.exact("offset"), size)) {
      left -= size;
      if (left >= 0n) return [{ name, form, offset: s.offset, size: s.size, symbols: s.link }];
    }

    missing(name);
    return [];
  });
}
