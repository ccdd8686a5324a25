import type { ElfFile } from "../../image/elf.js";
import { DF_1 } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { Edge, LoadedObject } from "../tree.js";

/** What an object asks for. */
export interface Want {
  readonly name: string;
  readonly tag: "DT_NEEDED" | "DT_FILTER" | "DT_AUXILIARY";
}

/**
 * What loaders read of the dynamic section to find libraries. Of a tag that stands there twice, the last one counts for
 * them.
 */
export interface Wants {
  readonly wants: readonly Want[];
  readonly soname: string | null;
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** DF_1_NODEFLIB. */
  readonly noDefaultLib: boolean;
}

const wantTag = (tag: number): Want["tag"] | undefined =>
  tag === DT.NEEDED ? "DT_NEEDED" : tag === DT.FILTER ? "DT_FILTER" : tag === DT.AUXILIARY ? "DT_AUXILIARY" : undefined;

/** Reads them. `MALFORMED` where a name lies outside .dynstr. */
export function readWants(elf: ElfFile): Wants {
  const d = elf.dynamic;
  const entries = d?.entries ?? [];
  const last = (tag: number): string | null => {
    const e = entries.findLast((e) => e.tag === tag);
    return e ? d!.text(e) : null;
  };
  const flags = entries.findLast((e) => e.tag === DT.FLAGS_1)?.value ?? 0n;

  return {
    wants: entries.flatMap((e) => {
      const tag = wantTag(e.tag);
      return tag ? [{ name: d!.text(e), tag }] : [];
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

/** What only the search needs to know of an object. */
export interface Known {
  readonly object: Mapped;
  readonly wants: Wants;
  /** What `$ORIGIN` stands for. */
  readonly origin: string;
  /** The object that it was first asked for by; null for the program and what no object asked for. */
  readonly loader: Known | null;
}

/** The directory of a path. */
export function directoryOfPath(path: string): string {
  const at = path.lastIndexOf("/");
  return at <= 0 ? "/" : path.slice(0, at);
}

/** What stands behind the last slash. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
