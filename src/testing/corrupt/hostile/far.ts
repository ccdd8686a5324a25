import { PT } from "../../../spec/constants.js";
import { DT } from "../../../spec/dynamic.js";
import { type FaultyFile, NothingToBreak, wanted } from "../faulty-file.js";
import type { HostileRecipe } from "../recipe.js";

/** The edges: of 32 bits, of the integers that a double holds, of 64 bits. */
const EDGES: Readonly<Record<"2^32" | "2^53" | "2^63" | "2^64", { readonly value: bigint; readonly is64: boolean }>> = {
  "2^32": { value: 0xffff_fff0n, is64: false },
  "2^53": { value: 0x20_0000_0000_0001n, is64: true },
  "2^63": { value: 0x8000_0000_0000_0000n, is64: true },
  "2^64": { value: 0xffff_ffff_ffff_fff0n, is64: true },
};

interface Field {
  readonly says: string;
  readonly needs?: string;
  readonly write: (f: FaultyFile, value: bigint) => void;
}

const load = (field: "offset" | "vaddr" | "filesz" | "memsz" | "align"): Field => ({
  says: `p_${field} of the last PT_LOAD`,
  needs: "a PT_LOAD",
  write: (f, value) => f.segment(wanted(f.segmentsOf(PT.LOAD).at(-1))).setExact(field, value),
});
const segment = (name: string, type: number, field: "offset" | "vaddr" | "filesz"): Field => ({
  says: `p_${field} of ${name}`,
  needs: `a ${name}`,
  write: (f, value) => f.only(type).setExact(field, value),
});
const section = (field: "offset" | "size" | "addr" | "entsize" | "addralign"): Field => ({
  says: `sh_${field} of the section header 1`,
  needs: "section headers",
  write: (f, value) => f.section(1).setExact(field, value),
});
const tag = (name: keyof typeof DT): Field => ({
  says: `DT_${name}`,
  needs: `a DT_${name}`,
  write: (f, value) => f.entry(DT[name]).setExact("val", value),
});

const fields = () =>
  ({
    entry: { says: "e_entry", write: (f, value) => f.header.setExact("entry", value) },
    phoff: { says: "e_phoff", write: (f, value) => f.header.setExact("phoff", value) },
    shoff: { says: "e_shoff", write: (f, value) => f.header.setExact("shoff", value) },
    "load-offset": load("offset"),
    "load-address": load("vaddr"),
    "load-filesz": load("filesz"),
    "load-memsz": load("memsz"),
    "load-align": load("align"),
    "dynamic-offset": segment("PT_DYNAMIC", PT.DYNAMIC, "offset"),
    "dynamic-address": segment("PT_DYNAMIC", PT.DYNAMIC, "vaddr"),
    "dynamic-filesz": segment("PT_DYNAMIC", PT.DYNAMIC, "filesz"),
    "interp-offset": segment("PT_INTERP", PT.INTERP, "offset"),
    "interp-filesz": segment("PT_INTERP", PT.INTERP, "filesz"),
    "note-offset": segment("PT_NOTE", PT.NOTE, "offset"),
    "note-filesz": segment("PT_NOTE", PT.NOTE, "filesz"),
    "tls-filesz": segment("PT_TLS", PT.TLS, "filesz"),
    "relro-address": segment("PT_GNU_RELRO", PT.GNU_RELRO, "vaddr"),
    "section-offset": section("offset"),
    "section-size": section("size"),
    "section-address": section("addr"),
    "section-entsize": section("entsize"),
    "section-align": section("addralign"),
    strtab: tag("STRTAB"),
    strsz: tag("STRSZ"),
    symtab: tag("SYMTAB"),
    syment: tag("SYMENT"),
    needed: tag("NEEDED"),
    "gnu-hash": tag("GNU_HASH"),
    hash: tag("HASH"),
    versym: tag("VERSYM"),
    verneed: tag("VERNEED"),
    verneednum: tag("VERNEEDNUM"),
    verdef: tag("VERDEF"),
    verdefnum: tag("VERDEFNUM"),
    rela: tag("RELA"),
    relasz: tag("RELASZ"),
    rel: tag("REL"),
    relsz: tag("RELSZ"),
    pltgot: tag("PLTGOT"),
    "init-array": tag("INIT_ARRAY"),
  }) as const satisfies Record<string, Field>;

/** A field, and the edge that its value is near. */
export type FarKind = `${keyof ReturnType<typeof fields>}-near-${keyof typeof EDGES}`;

/** Sizes, offsets and addresses near the ends of what numbers hold. */
export const farRecipes = /* @__PURE__ */ (() => {
  const recipes: Partial<Record<FarKind, HostileRecipe>> = {};
  for (const [name, field] of Object.entries(fields()) as [keyof ReturnType<typeof fields>, Field][]) {
    for (const [edge, { value, is64 }] of Object.entries(EDGES) as [keyof typeof EDGES, (typeof EDGES)["2^32"]][]) {
      const parts = [field.needs, is64 ? "64-bit headers" : undefined].filter((part) => part !== undefined);
      recipes[`${name}-near-${edge}`] = {
        sentence: `${field.says} is 0x${value.toString(16)}.`,
        ...(parts.length > 0 && { needs: parts.join(", and ") }),
        change(f) {
          if (is64 && f.elf.header.class === 32) throw new NothingToBreak();
          field.write(f, value);
        },
      };
    }
  }
  return recipes as Readonly<Record<FarKind, HostileRecipe>>;
})();
