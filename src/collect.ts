import { setInterpreter } from "./edit/interpreter.js";
import { replaceNeeded } from "./edit/needed.js";
import { setRunpath } from "./edit/runpath.js";
import { fail } from "./error.js";
import type { Edit } from "./edit/family.js";
import { baseName } from "./resolve/search/object.js";
import type { Edge, LibraryTree, LoadedObject } from "./resolve/tree.js";

/** Options of {@link collectLibraries}. */
export interface CollectOptions {
  /**
   * Where the libraries go, from the program's own directory: `"../lib"`. Default: `"lib"`; `"."` is beside the
   * program.
   */
  readonly directory?: string | undefined;
  /**
   * The C library and its loader too. The program then needs `interpreter`, or is started by the loader that was
   * collected. Default: false.
   */
  readonly all?: boolean | undefined;
  /** What is left out, in place of the C library: what the other system has anyway. */
  readonly leaveOut?: ((object: LoadedObject) => boolean) | undefined;
  /** The loader's path on the other system, for PT_INTERP, which knows no `$ORIGIN`. Default: as it is. */
  readonly interpreter?: string | undefined;
}

/** A file to ship. */
export interface CollectedFile {
  readonly object: LoadedObject;
  /** Where it goes, from the program's own directory: `lib/libz.so.1`. */
  readonly to: string;
  /** Other names in the same directory by which it is asked for: links, or copies. */
  readonly links: readonly string[];
  /** What makes it find the others there; often nothing. */
  readonly edits: readonly Edit[];
}

/** What {@link collectLibraries} found. */
export interface Collection {
  readonly program: CollectedFile;
  /** In the order of the tree. */
  readonly libraries: readonly CollectedFile[];
  readonly leftOut: readonly LoadedObject[];
  /** What was not found, so that the collection is not whole. */
  readonly missing: LibraryTree["missing"];
}

/** Parts of glibc, which fit each other alone, and the loaders. */
const C_LIBRARY =
  /^(?:ld-linux[-\w]*\.so\.\d|ld64\.so\.\d|ld\.so\.1|ld-musl-\S+\.so\.1|lib(?:c|m|mvec|pthread|dl|rt|util|resolv|anl|nss_\w+|thread_db|BrokenLocale|c_malloc_debug)\.so\.\d)$/;

/**
 * The libraries of a program as a list of files to ship beside it, with the edits that make them be found there: a
 * `$ORIGIN`-relative DT_RUNPATH for each file that asks for one of them, and plain names for those that were asked for
 * by a path. Preloads are not among them, nor what the program loads by dlopen(). Nothing is read or written but the
 * tree.
 *
 * @throws ElfError `BAD_EDIT` for a `directory` that is absolute or cannot stand in a search path
 * @example
 * for (const { object, to, edits } of collectLibraries(tree).libraries) { copyFileSync(object.realPath, `out/${to}`); patchFileSync(`out/${to}`, edits); }
 */
export function collectLibraries(
  tree: LibraryTree,
  { directory = "lib", all, leaveOut, interpreter }: CollectOptions = {},
): Collection {
  if (directory.startsWith("/") || /[:$]/.test(directory) || directory === "") {
    fail("BAD_EDIT", `collectLibraries: the directory ${JSON.stringify(directory)} is no path from the program's own`, {
      edit: "collectLibraries",
    });
  }

  const isLeft =
    leaveOut ??
    ((o: LoadedObject) => all !== true && (C_LIBRARY.test(baseName(o.path)) || o === tree.interpreter?.object));
  const needed = closure(tree, all === true);
  const leftOut = needed.filter(isLeft);
  const taken = needed.filter((o) => !isLeft(o));
  const names = fileNames(tree, taken);
  const inside = directory === "." ? "" : `${directory}/`;

  return {
    program: {
      object: tree.root,
      to: baseName(tree.root.path),
      links: [],
      edits: [
        ...(interpreter === undefined ? [] : [setInterpreter(interpreter)]),
        ...editsOf(tree.root, directory === "." ? "$ORIGIN" : `$ORIGIN/${directory}`, names),
      ],
    },
    libraries: taken.map((object) => {
      const [name, ...links] = names.get(object)!;
      return {
        object,
        to: `${inside}${name}`,
        links,
        edits: object === tree.interpreter?.object ? [] : editsOf(object, "$ORIGIN", names),
      };
    }),
    leftOut,
    missing: tree.missing,
  };
}

/** What the program needs, and what that needs, in the order of the tree. */
function closure(tree: LibraryTree, withLoader: boolean): LoadedObject[] {
  const found = new Set<LoadedObject>([tree.root]);
  for (const o of found) for (const e of o.needs) if (e.object) found.add(e.object);
  const loader = tree.interpreter?.object;
  return [
    ...tree.objects.filter((o) => o !== tree.root && found.has(o)),
    ...(withLoader && loader && !found.has(loader) ? [loader] : []),
  ];
}

/** The names of each file: the one that it is looked for by first, then the others. */
function fileNames(tree: LibraryTree, taken: readonly LoadedObject[]): Map<LoadedObject, string[]> {
  const names = new Map<LoadedObject, string[]>(taken.map((o) => [o, []]));
  const used = new Set<string>();
  const give = (o: LoadedObject, name: string) => {
    if (used.has(name)) return;
    used.add(name);
    names.get(o)!.push(name);
  };

  for (const asker of tree.objects) {
    for (const e of asker.needs) if (e.object && names.has(e.object) && !e.name.includes("/")) give(e.object, e.name);
  }

  for (const [o, given] of names) {
    for (let i = 1; given.length === 0; i++) give(o, i === 1 ? baseName(o.path) : `${i}-${baseName(o.path)}`);
  }

  return names;
}

function editsOf(object: LoadedObject, runpath: string, names: ReadonlyMap<LoadedObject, readonly string[]>): Edit[] {
  const asked = object.needs.filter(
    (e): e is Edge & { object: LoadedObject } => e.object !== null && e.object !== object && names.has(e.object),
  );
  if (asked.length === 0) return [];
  const byPath = asked
    .filter((e) => e.name.includes("/") && e.tag === undefined)
    .map((e) => [e.name, names.get(e.object)![0]!] as const);
  return [setRunpath(runpath), ...(byPath.length === 0 ? [] : [replaceNeeded(Object.fromEntries(byPath))])];
}
