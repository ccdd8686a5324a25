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
import { type Flags, jsonFlag, parseReadArguments, withFile } from "./read-files.js";

/**
 * The parts of the description that each option shows. Lists are read only on request: they have millions of entries.
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

/** A file's entry in JSON output. */
interface Entry {
  readonly file: string;
  readonly description: ElfDescription;
  readonly symbols?: readonly ListedSymbol[] | null;
  readonly dynamicSymbols?: readonly ListedSymbol[] | null;
  readonly relocations?: readonly ListedRelocation[] | null;
  readonly section?: SectionDump;
}

function entryOf(file: string, elf: ElfFile, lists: ReadonlySet<List>, section: string | undefined): Entry {
  const dump = section === undefined ? {} : { section: dumpSection(elf, section) };

  const tolerant = new Tolerant();
  const listed = {
    ...(lists.has("symbols") && { symbols: tolerant.part(() => listSymbols(elf)) }),
    ...(lists.has("dynamic-symbols") && { dynamicSymbols: tolerant.part(() => listDynamicSymbols(elf, tolerant)) }),
    ...(lists.has("relocations") && { relocations: tolerant.part(() => [...listRelocations(elf, tolerant)]) }),
  };

  const description = describeElf(elf);
  const problems = [...new Set([...description.problems, ...tolerant.problems])];
  return { file, description: { ...description, problems }, ...listed, ...dump };
}

function textOf(entry: Entry, parts: readonly DescriptionPart[] | undefined): string {
  const { description, symbols, dynamicSymbols, relocations, section } = entry;
  const pieces: string[] = [];
  if (parts?.length !== 0) pieces.push(formatDescription(description, parts));
  if (symbols) pieces.push(formatSymbols("Symbols of .symtab", symbols));
  if (dynamicSymbols) pieces.push(formatSymbols("Symbols of .dynsym", dynamicSymbols));
  if (relocations && relocations.length > 0) pieces.push(formatRelocations(relocations));
  if (section) pieces.push(formatDump(section));

  return pieces.filter((piece) => piece !== "").join("\n");
}

const PARTS = Object.keys(PART_OF);

const OPTIONS: Flags = {
  ...jsonFlag,
  section: { type: "string" },
  ...Object.fromEntries([...PARTS, "all"].map((name) => [name, { type: "boolean" } as const])),
};

export const show: Verb = {
  name: "show",
  help: `usage: elfwright show [OPTIONS] FILE…

Prints the file as the loader and the section headers describe it: all parts, with symbols and
relocations as counts, or only the parts that options name. Parts that cannot be read are listed as
problems.
  --header            class, machine, flags, interpreter, needed libraries, search path, build ID
  --segments          the program headers, RELRO, TLS, tables of start-up functions
  --sections          the section headers
  --dynamic           the dynamic section
  --versions          the versions of symbols that the file needs and defines
  --notes             notes and what they say: ABI, properties, package, probes
  --security          RELRO, PIE, stack, canary, FORTIFY, CET, BTI
  --symbols           every symbol of .symtab
  --dynamic-symbols   every symbol of .dynsym, with its version
  --relocations       every relocation of the loader's tables, or of the sections where there is
                      no dynamic section
  --all               all of these
  --section NAME      the bytes of a section
  --json              an array of { file, description }, with the lists that options name
                      (see docs/json.md)`,
  usageCode: USAGE,
  async run(args) {
    const { files, flags } = parseReadArguments(args, OPTIONS);
    const asked = PARTS.filter((name) => flags[name] === true || flags["all"] === true);
    const lists = new Set(LISTS.filter((name) => asked.includes(name)));
    const section = typeof flags["section"] === "string" ? flags["section"] : undefined;
    const isWhole = asked.length === 0 && section === undefined;
    const parts = isWhole ? undefined : asked.flatMap((name) => PART_OF[name]!);

    let gap = "";
    const printEntry = (entry: Entry): void => {
      const heading = files.length > 1 ? `${gap}${entry.file}:\n` : "";
      print(heading + textOf(entry, parts));
      gap = "\n";
    };

    const read = (file: string): Entry => withFile(file, (elf) => entryOf(file, elf, lists, section));
    const { failed } = await eachFile(files, flags["json"] === true, read, printEntry);
    return failed ? REFUSED : OK;
  },
};
