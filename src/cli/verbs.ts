import type { Verb } from "./command.js";

/**
 * A verb as the overview lists it. Only the one that is asked for is loaded: reading the code of all would cost each
 * start some 20 ms.
 */
export interface ListedVerb {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  load(): Promise<Verb>;
}

export const VERBS: readonly ListedVerb[] = [
  {
    name: "show",
    summary:
      "what is in the file: header, segments, sections, dynamic, versions, notes, symbols, relocations, security, overlay",
    load: async () => (await import("./show.js")).show,
  },
  {
    name: "map",
    summary: "the layout as a picture, for the terminal or as SVG; of two files, or of a plan, what differs",
    load: async () => (await import("./map/map.js")).mapVerb,
  },
  {
    name: "check",
    summary: "the layout invariants: what loaders, strip and other tools rely on",
    load: async () => (await import("./check.js")).checkVerb,
  },
  {
    name: "diagnose",
    summary: "C library, linkage, language, what it requires, and what would go wrong",
    load: async () => (await import("./diagnose/diagnose.js")).diagnoseVerb,
  },
  {
    name: "resolve",
    summary: "what the loader would load: each library with the reason, without running anything",
    load: async () => (await import("./resolve/resolve.js")).resolveVerb,
  },
  { name: "diff", summary: "two files, in ELF terms", load: async () => (await import("./diff.js")).diffVerb },
  {
    name: "patchelf",
    summary: "change the interpreter, search path, needed libraries, symbols and more; patchelf's own options",
    load: async () => (await import("./patchelf/patchelf.js")).patchelf,
  },
  {
    name: "chrpath",
    summary: "list, replace, convert or delete the library search path; chrpath's own options",
    load: async () => (await import("./chrpath/chrpath.js")).chrpath,
  },
  {
    name: "strip",
    summary: "drop symbols and debugging information; GNU strip's own options",
    load: async () => (await import("./strip/strip.js")).strip,
  },
];
