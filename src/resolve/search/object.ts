import type { ElfFile } from "../../image/elf.js";
import { DF_1 } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { Edge, LoadedObject } from "../tree.js";

/** What an object asks for. */
export interface Want {
  readonly name: string;
  readonly tag: "DT_NEEDED" | "DT_FILTER" | "DT_AUXILIARY";
}

/** What loaders read from the dynamic section to find libraries. If a tag stands there twice, the last entry counts. */
export interface SearchTags {
  readonly wants: readonly Want[];
  readonly soname: string | null;
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** DF_1_NODEFLIB. */
  readonly noDefaultLib: boolean;
}

function wantTag(tag: number): Want["tag"] | undefined {
  if (tag === DT.NEEDED) return "DT_NEEDED";
  if (tag === DT.FILTER) return "DT_FILTER";
  return tag === DT.AUXILIARY ? "DT_AUXILIARY" : undefined;
}

/** Reads them from a file. `MALFORMED` if a name lies outside .dynstr. */
export function readSearchTags(elf: ElfFile): SearchTags {
  const { dynamic } = elf;
  const entries = dynamic?.entries ?? [];
  const last = (tag: number): string | null => {
    const entry = entries.findLast((e) => e.tag === tag);
    return entry ? dynamic!.text(entry) : null;
  };
  const flags = entries.findLast((e) => e.tag === DT.FLAGS_1)?.value ?? 0n;

  return {
    wants: entries.flatMap((e) => {
      const tag = wantTag(e.tag);
      return tag ? [{ name: dynamic!.text(e), tag }] : [];
    }),
    soname: last(DT.SONAME),
    rpath: last(DT.RPATH),
    runpath: last(DT.RUNPATH),
    noDefaultLib: (flags & BigInt(DF_1.NODEFLIB)) !== 0n,
  };
}

/** A {@link LoadedObject} while it is made. */
export class Mapped implements LoadedObject {
  readonly name: string;
  readonly path: string;
  readonly realPath: string;
  readonly elf: ElfFile;
  readonly needs: Edge[] = [];

  constructor(name: string, path: string, realPath: string, elf: ElfFile) {
    this.name = name;
    this.path = path;
    this.realPath = realPath;
    this.elf = elf;
  }
}

/** An object, and what only the search needs to know about it. */
export interface SearchObject {
  readonly object: Mapped;
  readonly wants: SearchTags;
  /** What `$ORIGIN` stands for. */
  readonly origin: string;
  /** The first object that asked for it; null for the program, and for what no object asked for. */
  readonly loader: SearchObject | null;
}

/** The directory of a path. */
export function directoryOfPath(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/** The part of a path behind its last slash. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
