import type { ElfFile } from "../image/elf.js";
import { describeElf } from "../report/describe.js";
import type { ElfDescription } from "../report/description.js";
import { type ListedRelocation, listRelocations } from "../report/list-relocations.js";
import { listDynamicSymbols, type ListedSymbol, listSymbols } from "../report/list-symbols.js";
import { dumpSection, type SectionDump } from "../report/section-dump.js";
import { formatDescription, type DescriptionPart } from "../report/text.js";
import { formatDump } from "../report/text/dump.js";
import { formatRelocations, formatSymbols } from "../report/text/lists.js";
import { Tolerant } from "../image/tolerant.js";
import { eachFile, OK, print, REFUSED, USAGE, type Verb } from "./command.js";
import { type Flags, json, parseReadArguments, withFile } from "./read-files.js";

/**
 * What a part's option shows of the description. Lists are read only where they are asked for: they have millions of
 * entries.
 */
const PART_OF: Readonly<Record<string, readonly DescriptionPart[]>> = {
  header: ["header"],
  segments: ["segments"],
  sections: ["sections"],
  dynamic: ["dynamic"],
  versions: ["versions"],
  notes: ["notes"],
  security: ["security"],
  symbols: ["symbols"],
  "dynamic-symbols": ["symbols"],
  relocations: ["relocations"],
};
const LISTS = ["symbols", "dynamic-symbols", "relocations"] as const;
type List = (typeof LISTS)[number];

interface Entry {
  readonly file: string;
  readonly description: ElfDescription;
  readonly symbols?: readonly ListedSymbol[] | null;
  readonly dynamicSymbols?: readonly ListedSymbol[] | null;
  readonly relocations?: readonly ListedRelocation[] | null;
  readonly section?: SectionDump;
}

function entry(file: string, elf: ElfFile, lists: ReadonlySet<List>, section: string | undefined): Entry {
  const dump = section === undefined ? {} : { section: dumpSection(elf, section) };
  const t = new Tolerant();
  const listed = {
    ...(lists.has("symbols") ? { symbols: t.part(() => listSymbols(elf)) } : {}),
    ...(lists.has("dynamic-symbols") ? { dynamicSymbols: t.part(() => listDynamicSymbols(elf, t)) } : {}),
    ...(lists.has("relocations") ? { relocations: t.part(() => [...listRelocations(elf, t)]) } : {}),
  };
  const d = describeElf(elf);
  return { file, description: { ...d, problems: [...new Set([...d.problems, ...t.problems])] }, ...listed, ...dump };
}

function text(e: Entry, parts: readonly DescriptionPart[] | undefined): string {
  const pieces = [parts?.length === 0 ? "" : formatDescription(e.description, parts)];
  if (e.symbols) pieces.push(formatSymbols("Symbols of .symtab", e.symbols));
  if (e.dynamicSymbols) pieces.push(formatSymbols("Symbols of .dynsym", e.dynamicSymbols));
  if (e.relocations && e.relocations.length > 0) pieces.push(formatRelocations(e.relocations));
  if (e.section) pieces.push(formatDump(e.section));
  return pieces.filter((p) => p !== "").join("\n");
}

const names = [...Object.keys(PART_OF), "all"];

export const show: Verb = {
  name: "show",
  help: `usage: elfwright show [OPTIONS] FILE…

Prints the file as the loader and the section headers describe it: all parts, with symbols and relocations as counts; or
the parts that are asked for. Parts that cannot be read are listed as problems.
  --header            class, machine, flags, interpreter, needed libraries, search path, build ID
  --segments          the program headers, RELRO, TLS, tables of start-up functions
  --sections          the section headers
  --dynamic           the dynamic section
  --versions          versions of symbols that are needed and defined
  --notes             notes and what they say: ABI, properties, package, probes
  --security          RELRO, PIE, stack, canary, FORTIFY, CET, BTI
  --symbols           every symbol of .symtab
  --dynamic-symbols   every symbol of .dynsym, with its version
  --relocations       every relocation of the loader's tables, or of the sections where there is no dynamic section
  --all               all of these
  --section NAME      the bytes of a section
  --json              an array of { file, description }; with the lists that were asked for (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const options: Flags = {
      ...json,
      section: { type: "string" },
      ...Object.fromEntries(names.map((n) => [n, { type: "boolean" } as const])),
    };
    const { files, flags } = parseReadArguments(args, options);
    const asked = names.filter((n) => n !== "all" && (flags[n] === true || flags["all"] === true));
    const section = flags["section"];
    const lists = new Set(LISTS.filter((l) => asked.includes(l)));
    const dump = typeof section === "string" ? section : undefined;
    const parts = asked.length === 0 && dump === undefined ? undefined : asked.flatMap((n) => PART_OF[n]!);
    let heading = "";
    const { failed } = eachFile(
      files,
      flags["json"] === true,
      (file) => withFile(file, (elf) => entry(file, elf, lists, dump)),
      (e) => {
        print(`${files.length > 1 ? `${heading}${e.file}:\n` : ""}${text(e, parts)}`);
        heading = "\n";
      },
    );

    return failed ? REFUSED : OK;
  },
};
