import type { Edge, LibraryFiles, LibraryTree } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";

export interface Link {
  readonly link: string;
}

export const link = (target: string): Link => ({ link: target });

/** A file system in memory: bytes, the text of a file, or a link. */
export type Contents = Readonly<Record<string, Uint8Array | string | Link>>;

export function memory(contents: Contents): Required<Pick<LibraryFiles, "readFile" | "readLink" | "listDirectory">> {
  const paths = Object.keys(contents);

  return {
    readFile(path) {
      const content = contents[path];
      if (content instanceof Uint8Array) return content;
      return typeof content === "string" ? new TextEncoder().encode(content) : undefined;
    },

    readLink(path) {
      const content = contents[path];
      return content instanceof Uint8Array || typeof content === "string" ? undefined : content?.link;
    },

    listDirectory(directory) {
      const prefix = directory === "/" ? "/" : `${directory}/`;
      const below = paths.filter((path) => path.startsWith(prefix));
      const names = new Set(below.map((path) => path.slice(prefix.length).split("/")[0]!));
      return names.size > 0 ? [...names] : undefined;
    },
  };
}

/** A library that needs these. */
export const library = (needed: readonly string[] = [], options: BuildOptions = {}): Uint8Array =>
  buildElf({ soname: "none", interpreter: null, needed, bss: 0, ...options });

/** A program that needs these; `/app/main` in the tests. */
export const program = (needed: readonly string[], options: BuildOptions = {}): Uint8Array =>
  buildElf({ needed, bss: 0, ...options });

/** An edge in words: `libx.so: /lib/libx.so by runpath of /app/main`. */
export function said({ name, object, by, of }: Edge): string {
  if (!object) return `${name}: missing`;

  const whose = of === null ? "" : ` of ${of}`;
  return `${name}: ${object.path} by ${by}${whose}`;
}

/** Each object's edges, in words. */
export function edges(tree: LibraryTree): Record<string, string[]> {
  const needing = tree.objects.filter((object) => object.needs.length > 0);
  return Object.fromEntries(needing.map((object) => [object.path, object.needs.map(said)]));
}

export const paths = (tree: LibraryTree): string[] => tree.objects.map((object) => object.path);

/** Where a library was looked for: `rpath /a/libx.so absent`. */
export const tries = (edge: Edge): string[] => edge.tried.map(({ by, path, outcome }) => `${by} ${path} ${outcome}`);
