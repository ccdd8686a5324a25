import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { viewOf } from "../../src/codec/bytes.js";
import { Phdr } from "../../src/codec/records.js";
import { PF, PT, readElf } from "../../src/index.js";
import { commandOn, crossTool, runnersOf } from "../support/machines.js";
import { must } from "../support/run.js";
import {
  ANSWER_C,
  ANSWER_VERSIONS,
  ASKS_C,
  EXPORTS_C,
  EXPORTS_VERSIONS,
  FAT_C,
  FAT_SCRIPT,
  HELLO_C,
  injectedC,
  LIBRARY_C,
  LIBRARY_VERSIONS,
  LOW_C,
  MANY_NOTES_C,
  OPENER_C,
  OWN_DYNAMIC_C,
  OWN_NOTE_C,
  PAYLOAD_C,
  SAYER_C,
  TWO_OBJECTS_C,
  WALK_C,
  zerosC,
} from "./sources.js";
import { LINKER_NAMES, NO_PIE, PIE, type Recipe, type Subject, type Workshop } from "./subjects.js";

const KIND = "special";
const TOLD = { tried: "special" } as const;

const recipe = (name: string, tools: readonly string[], make: (shop: Workshop, name: string) => Subject): Recipe => ({
  name,
  kind: KIND,
  tools,
  make: (shop) => make(shop, name),
});

/** A program that gcc makes of one source. */
const program = (name: string, source: string, flags: readonly string[], script?: string, versions?: string): Recipe =>
  recipe(name, ["gcc", toolOf(flags)], (shop) =>
    shop.program(
      name,
      KIND,
      { source, flags, ...(script === undefined ? {} : { script }), ...(versions === undefined ? {} : { versions }) },
      TOLD,
    ),
  );

/** The linker that the flags ask for. */
function toolOf(flags: readonly string[]): string {
  const name = flags.find((f) => f.startsWith("-fuse-ld="))?.slice("-fuse-ld=".length) ?? "bfd";
  return LINKER_NAMES.find((l) => l.name === name)!.tool;
}

const PAGE = 0x10000;
const INJECTED = 0x900000;

/** Turns PT_GNU_STACK of a program into a PT_LOAD at this address, which holds a text that no section covers. */
function inject(program: Buffer, text: string): Buffer {
  const { header, segments } = readElf(program);
  const offset = Math.ceil(program.length / PAGE) * PAGE;
  const bytes = Buffer.concat([program, Buffer.alloc(offset - program.length), Buffer.from(`${text}\0`)]);
  const entryAt = (i: number) => header.phoff + i * header.phentsize;

  // PT_LOADs stand in ascending order of their addresses: the entries behind PT_GNU_STACK move up.
  const stack = segments.findIndex((s) => s.type === PT.GNU_STACK);
  Buffer.from(bytes.subarray(entryAt(stack + 1), entryAt(header.phnum))).copy(bytes, entryAt(stack));
  const size = text.length + 1;
  const place = { offset, vaddr: INJECTED, paddr: INJECTED, filesz: size, memsz: size, align: PAGE };
  Object.assign(Phdr.view(viewOf(bytes), entryAt(header.phnum - 1), header), {
    type: PT.LOAD,
    flags: PF.R,
    ...place,
  });
  return bytes;
}

/** The kinds of file that show the classes of docs/failures.md. */
export function specialRecipes(): Recipe[] {
  const fuse = (linker: string) => `-fuse-ld=${linker}`;
  const notes = (linker: string) =>
    recipe(`many_notes_lib ${linker}`, ["gcc", `ld.${linker}`], (shop, name) => {
      const versions = "V1 { global: say; local: *; };\n";
      return shop.library(name, KIND, { source: MANY_NOTES_C, versions, flags: [fuse(linker)] }, SAYER_C, TOLD);
    });
  const hello = (name: string, flags: readonly string[]) => program(name, HELLO_C, flags);

  return [
    notes("lld"),
    notes("bfd"),
    notes("gold"),
    ...["bfd", "lld"].flatMap((l) => [
      program(`own_note ${l} PIE`, OWN_NOTE_C, [fuse(l), ...PIE]),
      program(`own_note ${l} exec`, OWN_NOTE_C, [fuse(l), ...NO_PIE]),
      program(`uses_dynamic ${l} PIE`, OWN_DYNAMIC_C, [fuse(l), ...PIE]),
      program(`uses_dynamic ${l} exec`, OWN_DYNAMIC_C, [fuse(l), ...NO_PIE]),
      program(`old_at_phdr ${l} PIE`, WALK_C, [fuse(l), ...PIE]),
    ]),
    program("ehdr_phdrs PIE", FAT_C, [fuse("bfd"), ...PIE], FAT_SCRIPT),
    program("ehdr_phdrs exec", FAT_C, [fuse("bfd"), ...NO_PIE], FAT_SCRIPT),
    program(
      "verdef_moved lld",
      EXPORTS_C,
      [fuse("lld"), ...NO_PIE, "-Wl,--export-dynamic"],
      undefined,
      EXPORTS_VERSIONS,
    ),
    program("mold_bss 120", zerosC(120), [fuse("mold"), ...NO_PIE]),
    program("mold_bss 100000", zerosC(100_000), [fuse("mold"), ...NO_PIE]),
    program("low_base", LOW_C, [fuse("bfd"), ...NO_PIE, "-Wl,-Ttext-segment=0x10000,-z,max-page-size=4096"]),
    recipe("mips_bss", [crossTool("mips64el", "gcc"), ...runnersOf("mips64el")], (shop, name) => {
      const build = { cc: crossTool("mips64el", "gcc"), source: zerosC(800), flags: PIE };
      return shop.program(name, KIND, build, { ...TOLD, machine: "mips64el" });
    }),
    hello("exec_combo bfd", [fuse("bfd"), ...NO_PIE, "-Wl,-rpath,/12345678901234567"]),
    hello("exec_combo lld", [fuse("lld"), ...NO_PIE]),
    hello("shared_strings version", [fuse("bfd"), ...PIE, "-Wl,-rpath,GLIBC_2.34"]),
    hello("multi_op", [fuse("bfd"), "-Wl,-rpath,/old/path"]),
    recipe("shared_strings symbol", ["gcc", "ld.bfd"], (shop, name) => {
      const flags = [fuse("bfd"), "-Wl,-rpath,/zz/say"];
      const build = { source: 'const char *say(void) { return "said"; }\n', flags };
      return shop.library(name, KIND, build, SAYER_C, { ...TOLD, hasPath: true });
    }),
    recipe("shared_strings definition", ["gcc", "ld.bfd"], (shop, name) => {
      const flags = [fuse("bfd"), "-Wl,-rpath,V1", "-Wl,-soname,libshared.so"];
      return shop.library(name, KIND, { source: LIBRARY_C, versions: LIBRARY_VERSIONS, flags }, OPENER_C, TOLD);
    }),
    recipe("dup_sections", ["gcc", "objcopy"], (shop, name) => {
      const path = shop.build("two objects", { source: TWO_OBJECTS_C, flags: [fuse("bfd"), ...NO_PIE] });
      must("objcopy", ["--rename-section", ".bbb=.aaa", path, shop.path(name)]);
      return shop.subject(shop.path(name), { name, kind: KIND, ...TOLD });
    }),
    recipe("payload PIE", ["gcc"], (shop, name) => {
      const bare = shop.build("payload bare", { source: PAYLOAD_C, flags: [...PIE, "-Wl,-rpath,/opt/there"] });
      const length = Buffer.alloc(8);
      length.writeUInt32LE(11);
      const path = shop.write(name, Buffer.concat([readFileSync(bare), Buffer.from("the payload"), length]));
      return shop.subject(path, { name, kind: KIND, ...TOLD });
    }),
    recipe("payload in a segment", ["gcc", "ld.bfd"], (shop, name) => {
      const flags = [fuse("bfd"), ...NO_PIE];
      const bare = shop.build("injected bare", { source: injectedC(INJECTED), flags });
      const path = shop.write(name, inject(readFileSync(bare), "a text without a section"));
      return shop.subject(path, { name, kind: KIND, ...TOLD });
    }),
    recipe("no sections", ["gcc", "ld.bfd"], (shop, name) => {
      const bare = shop.build("with sections", { source: HELLO_C, flags: [fuse("bfd"), ...PIE] });
      must("strip", [bare]);
      const { segments } = readElf(readFileSync(bare));
      const loads = segments.filter((segment) => segment.type === PT.LOAD);
      const bytes = readFileSync(bare).subarray(0, Math.max(...loads.map((load) => load.offset + load.filesz)));
      // e_shoff, e_shnum and e_shstrndx of a 64-bit header.
      bytes.fill(0, 0x28, 0x30);
      bytes.fill(0, 0x3c, 0x40);
      return shop.subject(shop.write(name, bytes), { name, kind: KIND, isStripped: true, ...TOLD });
    }),
    recipe("needs versions", ["gcc", "ld.bfd"], (shop, name) => {
      const flags = ["-shared", "-fPIC"];
      const soname = (lib: string) => [...flags, `-Wl,-soname,${lib}`];
      const versions = ANSWER_VERSIONS;
      const versioned = shop.build("libfv.so", { source: ANSWER_C, versions, flags: soname("libfv.so") });
      shop.build("libalt.so", { source: ANSWER_C, flags: soname("libalt.so") });
      const path = shop.build(name, { source: ASKS_C, flags: [fuse("bfd"), versioned] });
      const paths = { LD_LIBRARY_PATH: dirname(versioned) };
      const command = (file: string, env: Record<string, string>) =>
        commandOn("x86_64", file, [], { ...env, ...paths });
      return shop.subject(path, { name, kind: KIND, ...TOLD, command });
    }),
  ];
}
