/** The data types of the gABI: what a field holds. Its width depends on the class. */
export type FieldKind = "byte" | "half" | "word" | "addr" | "off" | "xword" | "sxword";

/** The fields of a record in ELFCLASS64 order, by their gABI names without the prefix. */
export type RecordFields = Readonly<Record<string, FieldKind>>;

/** Elf32_Ehdr and Elf64_Ehdr behind the 16 bytes of e_ident (gABI, "ELF Header"). */
export const EHDR = {
  type: "half",
  machine: "half",
  version: "word",
  entry: "addr",
  phoff: "off",
  shoff: "off",
  flags: "word",
  ehsize: "half",
  phentsize: "half",
  phnum: "half",
  shentsize: "half",
  shnum: "half",
  shstrndx: "half",
} as const satisfies RecordFields;

/** Elf64_Phdr (gABI, "Program Header"). */
export const PHDR = {
  type: "word",
  flags: "word",
  offset: "off",
  vaddr: "addr",
  paddr: "addr",
  filesz: "xword",
  memsz: "xword",
  align: "xword",
} as const satisfies RecordFields;
export const PHDR_ORDER_32 = ["type", "offset", "vaddr", "paddr", "filesz", "memsz", "flags", "align"] as const;

/** Elf64_Shdr (gABI, "Sections"). */
export const SHDR = {
  name: "word",
  type: "word",
  flags: "xword",
  addr: "addr",
  offset: "off",
  size: "xword",
  link: "word",
  info: "word",
  addralign: "xword",
  entsize: "xword",
} as const satisfies RecordFields;

/** Elf64_Dyn (gABI, "Dynamic Section"). */
export const DYN = { tag: "sxword", val: "xword" } as const satisfies RecordFields;

/** Elf64_Sym (gABI, "Symbol Table"). */
export const SYM = {
  name: "word",
  info: "byte",
  other: "byte",
  shndx: "half",
  value: "addr",
  size: "xword",
} as const satisfies RecordFields;
export const SYM_ORDER_32 = ["name", "value", "size", "info", "other", "shndx"] as const;

/** Elf64_Rel and Elf64_Rela (gABI, "Relocation"). */
export const REL = { offset: "addr", info: "xword" } as const satisfies RecordFields;
export const RELA = { offset: "addr", info: "xword", addend: "sxword" } as const satisfies RecordFields;

/** Elf64_Verneed and Elf64_Vernaux (LSB, "Symbol Versioning"). */
export const VERNEED = {
  version: "half",
  cnt: "half",
  file: "word",
  aux: "word",
  next: "word",
} as const satisfies RecordFields;
export const VERNAUX = {
  hash: "word",
  flags: "half",
  other: "half",
  name: "word",
  next: "word",
} as const satisfies RecordFields;

/** Elf64_Verdef and Elf64_Verdaux (LSB, "Symbol Versioning"). */
export const VERDEF = {
  version: "half",
  flags: "half",
  ndx: "half",
  cnt: "half",
  hash: "word",
  aux: "word",
  next: "word",
} as const satisfies RecordFields;
export const VERDAUX = { name: "word", next: "word" } as const satisfies RecordFields;

/** Elf64_Nhdr (gABI, "Note Section"): words in both classes. */
export const NHDR = { namesz: "word", descsz: "word", type: "word" } as const satisfies RecordFields;
