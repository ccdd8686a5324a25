import { ET, PT, SHT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { ElfFile } from "../elf.js";

/** How a table's records are written: plain (REL, RELA), addresses alone (RELR), or packed (CREL, Android's). */
export type RelocationForm = "rel" | "rela" | "relr" | "crel" | "packed";

/** A table of relocations as whole, by what leads to it. */
export interface RelocationBlock {
  /** `DT_RELA`, or the section's name. */
  readonly name: string;
  readonly form: RelocationForm;
  /** File offset and bytes. */
  readonly offset: number;
  readonly size: number;
  /** The section header of its symbols; undefined for the dynamic ones. */
  readonly symbols?: number;
}

/** SHT_ANDROID_REL, SHT_ANDROID_RELA, SHT_ANDROID_RELR, and SHT_CREL's first number. */
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
 * The relocations that loaders process, by their dynamic tags; those of the sections where there is no PT_DYNAMIC
 * (relocatable and static files). Tables that the file does not hold are given to `missing` by name.
 */
export function relocationBlocks(elf: ElfFile, missing: (name: string) => void = () => {}): RelocationBlock[] {
  return elf.dynamic && elf.header.type !== ET.REL ? dynamicBlocks(elf, missing) : sectionBlocks(elf, missing);
}

/** What DT_CREL leads to says its own length: it is read up to the end of its segment. */
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

function crelBlock(elf: ElfFile): RelocationBlock[] {
  const address = elf.dynamic?.get(DT.CREL);
  const offset = address === undefined ? undefined : elf.offsetOf(address, 1);
  if (offset === undefined) return [];

  const home = elf.segments.find(
    (s) => s.type === PT.LOAD && s.near("offset") <= offset && offset < s.near("offset") + s.near("filesz"),
  );
  return [
    {
      name: "DT_CREL",
      form: "crel",
      offset,
      size: Math.min(elf.source.size, home ? home.near("offset") + home.near("filesz") : elf.source.size) - offset,
    },
  ];
}

/** Some linkers count DT_JMPREL's records in DT_RELASZ, too; ld.so then takes those of DT_RELA without them. */
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

/** All tables together have no more bytes than the file, else many headers lead to the same ones: those are missing. */
function sectionBlocks(elf: ElfFile, missing: (name: string) => void): RelocationBlock[] {
  let left = BigInt(elf.source.size);
  return elf.sections.flatMap(({ name, header: s }): RelocationBlock[] => {
    const form = SECTION_FORMS[s.type];
    if (!form || s.exact("size") === 0n) return [];
    if (isInside(elf, s.exact("offset"), s.exact("size")) && (left -= s.exact("size")) >= 0n) {
      return [{ name, form, offset: s.offset, size: s.size, symbols: s.link }];
    }
    missing(name);
    return [];
  });
}
