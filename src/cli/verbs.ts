import type { Verb } from "./command.js";

/**
 * A verb as the overview lists it. Only the verb of a call is loaded: the code of all verbs would cost each start some
 * 20 ms.
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
    summary: "what is in the file: headers, sections, dynamic, versions, notes, symbols, security",
    load: async () => (await import("./show.js")).show,
  },
  {
    name: "map",
    summary: "the layout as a picture, as text or SVG; of two files or of a plan, the differences",
    load: async () => (await import("./map/map.js")).mapVerb,
  },
  {
    name: "check",
    summary: "the layout rules that loaders, strip and other tools rely on",
    load: async () => (await import("./check.js")).checkVerb,
  },
  {
    name: "diagnose",
    summary: "C library, linkage, language, requirements, and what would go wrong",
    load: async () => (await import("./diagnose/diagnose.js")).diagnoseVerb,
  },
  {
    name: "resolve",
    summary: "the libraries that the loader would load, each with the reason; nothing is run",
    load: async () => (await import("./resolve/resolve.js")).resolveVerb,
  },
  {
    name: "diff",
    summary: "what differs between two files, in ELF terms",
    load: async () => (await import("./diff.js")).diffVerb,
  },
  {
    name: "verify",
    summary: "whether a second file is the same program, whoever made it, and but for what",
    load: async () => (await import("./verify.js")).verifyVerb,
  },
  {
    name: "patchelf",
    summary: "change interpreter, search path, needed libraries, symbols and more; patchelf's options",
    load: async () => (await import("./patchelf/patchelf.js")).patchelf,
  },
  {
    name: "chrpath",
    summary: "list, replace, convert or delete the library search path; chrpath's options",
    load: async () => (await import("./chrpath/chrpath.js")).chrpath,
  },
  {
    name: "strip",
    summary: "drop symbols and debugging information; GNU strip's options",
    load: async () => (await import("./strip/strip.js")).strip,
  },
];
