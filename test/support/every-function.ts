import * as lib from "../../src/index.js";
import type { ByteSource, Edit, ElfFile } from "../../src/index.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { listRelocations } from "../../src/report/list-relocations.js";
import { listDynamicSymbols, listSymbols } from "../../src/report/list-symbols.js";
import { dumpSection } from "../../src/report/section-dump.js";
import { parseTarget, tables } from "../../src/targets/index.js";
import { memory } from "../resolve/memory.js";
import { everyEdit } from "./every-edit.js";
import { READERS } from "./elf.js";

/** Work with one file, by the name of the function of the library that does it. */
export interface Use {
  readonly name: string;
  readonly run: (file: ByteSource) => unknown;
}

/** The functions that take a file, but for edits: readElf with every part, checks, reports, trees. */
export function everyFunction(original: Uint8Array): Use[] {
  const whole = () => lib.readElf(original);
  const on = (name: string, run: (elf: ElfFile) => unknown): Use => ({ name, run: (file) => run(lib.readElf(file)) });
  const readers = Object.entries(READERS).map(([part, read]) => on(`readElf ${part}`, read));

  return [
    ...readers,
    on("toJSON", (e) => JSON.stringify(e)),
    on("check", lib.check),
    ...[4096, 16384, 65536].map((size) => on(`pageFitness ${size}`, (e) => lib.pageFitness(e, size))),
    on("describeElf", (e) => lib.describeElf(e)),
    on("readHardening", (e) => lib.readHardening(e)),
    on("decodeNote", (e) => e.notes.map((note) => lib.decodeNote(note, e.header))),
    on("symbolVersions", (e) => Array.from({ length: 50 }, (_, i) => lib.symbolVersions(e)(i))),
    on("diffElf from it", (e) => lib.diffElf(e, whole())),
    on("diffElf to it", (e) => lib.diffElf(whole(), e)),
    on("sameProgram from it", (e) => lib.sameProgram(e, whole())),
    on("sameProgram to it", (e) => lib.sameProgram(whole(), e)),
    on("sameProgram itself", (e) => lib.sameProgram(e, e)),
    on("layoutMap", (e) => {
      const map = lib.layoutMap(e);
      return [lib.mapText(map), lib.mapSvg(map)];
    }),
    on("compareMaps", (e) => lib.mapText(lib.compareMaps(whole(), e))),
    on("listSymbols", listSymbols),
    on("listDynamicSymbols", (e) => listDynamicSymbols(e, new Tolerant())),
    on("listRelocations", (e) => [...listRelocations(e, new Tolerant())].length),
    ...[".text", ".dynsym", ".comment", ".debug_info"].map((s) => on(`dumpSection ${s}`, (e) => dumpSection(e, s))),
    on("diagnose", (e) => lib.diagnose(e)),
    on("diagnose for a target", (e) => lib.diagnose(e, { target: parseTarget("glibc:2.17"), tables })),
    on("wheelTag", (e) => lib.wheelTag(e, tables)),
    on("exportedSymbols", (e) => lib.exportedSymbols(e)),
    ...(["glibc", "musl"] as const).map((rules) => ({ name: `resolve ${rules}`, run: resolveIn(original, rules) })),
  ];
}

/** What is done with a tree of which the file is the program, and one of which it is a library. */
function resolveIn(original: Uint8Array, rules: "glibc" | "musl"): (file: ByteSource) => unknown {
  return (file) => {
    const bytes = file.read(0, file.size);
    for (const [program, library] of [
      [bytes, original],
      [original, bytes],
    ] as const) {
      const files = memory({ "/main": program, "/lib/libc.so.6": library, "/lib/libx.so": library });
      const tree = lib.resolveLibraries("/main", { files, rules });
      lib.whyLoaded(tree, "libc.so.6");
      lib.bindSymbols(tree);
      lib.unusedLibraries(tree);
      lib.collectLibraries(tree);
      lib.interpositions(tree, lib.readElf(library));
    }
  };
}

/** Every edit, each alone, by patch. */
export function everyPatch(original: Uint8Array): Use[] {
  const patchWith = (edits: () => readonly Edit[]) => (file: ByteSource) => lib.patch(file.read(0, file.size), edits());
  return everyEdit(lib.readElf(original)).map(({ name, edits }) => ({ name: `patch ${name}`, run: patchWith(edits) }));
}
