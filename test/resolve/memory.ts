import type { Edge, LibraryFiles, LibraryTree } from "../../src/index.js";
import { type BuildOptions, buildElf } from "../../src/testing/build-elf.js";

export const link = (target: string): { readonly link: string } => ({ link: target });

/** A file system in memory: bytes, the text of a file, or a link. */
export type Contents = Readonly<Record<string, Uint8Array | string | { readonly link: string }>>;

export function memory(contents: Contents): Required<Pick<LibraryFiles, "readFile" | "readLink" | "listDirectory">> {
  const names = Object.keys(contents);
  return {
    readFile(path) {
      const c = contents[path];
      return c instanceof Uint8Array ? c : typeof c === "string" ? new TextEncoder().encode(c) : undefined;
    },
    readLink(path) {
      const c = contents[path];
      return c instanceof Uint8Array || typeof c === "string" ? undefined : c?.link;
    },
    listDirectory(path) {
      const below = path === "/" ? "/" : `${path}/`;
      const found = names.filter((n) => n.startsWith(below)).map((n) => n.slice(below.length).split("/")[0]!);
      return found.length > 0 ? [...new Set(found)] : undefined;
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
  return `${name}: ${object ? `${object.path} by ${by}${of === null ? "" : ` of ${of}`}` : "missing"}`;
}

/** Each object's edges, in words. */
export const edges = (tree: LibraryTree): Record<string, string[]> =>
  Object.fromEntries(tree.objects.filter((o) => o.needs.length > 0).map((o) => [o.path, o.needs.map(said)]));

export const paths = (tree: LibraryTree): string[] => tree.objects.map((o) => o.path);

/** Where a library was looked for: `rpath /a/libx.so absent`. */
export const tries = (edge: Edge): string[] => edge.tried.map((t) => `${t.by} ${t.path} ${t.outcome}`);
