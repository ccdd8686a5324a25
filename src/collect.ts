import { setInterpreter } from "./edit/interpreter.js";
import { replaceNeeded } from "./edit/needed.js";
import { setRunpath } from "./edit/runpath.js";
import { fail } from "./error.js";
import type { Edit } from "./edit/family.js";
import { baseName } from "./resolve/search/object.js";
import type { Edge, LibraryTree, LoadedObject } from "./resolve/tree.js";
import { assertOptions, assertTree, type OptionNames } from "./input.js";

/** Options of {@link collectLibraries}. */
export interface CollectOptions {
  /**
   * The directory of the libraries, relative to that of the program: `"../lib"`. `"."` is beside the program. Default:
   * `"lib"`.
   */
  readonly directory?: string | undefined;
  /**
   * Collect the C library and its loader too. The program then needs `interpreter`, or must be started by the collected
   * loader. Default: false.
   */
  readonly all?: boolean | undefined;
  /** Tells what is left out, since the other system has it anyway. Default: the C library. */
  readonly leaveOut?: ((object: LoadedObject) => boolean) | undefined;
  /** The loader's path on the other system, for PT_INTERP, which knows no `$ORIGIN`. Default: it stays. */
  readonly interpreter?: string | undefined;
}

const OPTIONS: OptionNames<CollectOptions> = { directory: true, all: true, leaveOut: true, interpreter: true };

/** A file to ship. */
export interface CollectedFile {
  readonly object: LoadedObject;
  /** The path of the copy, relative to the program's directory: `lib/libz.so.1`. */
  readonly to: string;
  /** Other names by which it is asked for. Links, or copies, in the same directory must have them. */
  readonly links: readonly string[];
  /** The edits by which it finds the others there; often none. */
  readonly edits: readonly Edit[];
}

/** What {@link collectLibraries} found. */
export interface Collection {
  readonly program: CollectedFile;
  /** In the order of the tree. */
  readonly libraries: readonly CollectedFile[];
  readonly leftOut: readonly LoadedObject[];
  /** What was not found. If there is anything, the collection is incomplete. */
  readonly missing: LibraryTree["missing"];
}

const LOADER = /^(?:ld-linux[-\w]*\.so\.\d|ld64\.so\.\d|ld\.so\.1|ld-musl-\S+\.so\.1)$/;
/** The parts of glibc, which only fit each other. */
const GLIBC_PART =
  /^lib(?:c|m|mvec|pthread|dl|rt|util|resolv|anl|nss_\w+|thread_db|BrokenLocale|c_malloc_debug)\.so\.\d$/;

/**
 * Lists the libraries of a program as files to ship beside it, with the edits by which they are found there: a
 * DT_RUNPATH relative to `$ORIGIN` for each file that asks for one of them, and plain names for libraries that are
 * asked for by a path. Preloads are not among them, nor is what the program loads by dlopen(). Nothing but the tree is
 * read, and nothing is written.
 *
 * @throws ElfError `BAD_EDIT` for a `directory` that is absolute or cannot stand in a search path
 * @example
 * for (const { object, to, edits } of collectLibraries(tree).libraries) {
 *   copyFileSync(object.realPath, `out/${to}`);
 *   patchFileSync(`out/${to}`, edits);
 * }
 */
export function collectLibraries(tree: LibraryTree, options: CollectOptions = {}): Collection {
  assertTree("collectLibraries", tree);
  assertOptions<CollectOptions>("collectLibraries", options, OPTIONS);
  const { directory = "lib", all, leaveOut, interpreter } = options;
  if (directory.startsWith("/") || /[:$]/.test(directory) || directory === "") {
    const message = `collectLibraries: the directory ${JSON.stringify(directory)} is no path from the program's own`;
    fail("BAD_EDIT", message, { edit: "collectLibraries" });
  }

  const loader = tree.interpreter?.object;
  const isCLibrary = ({ path }: LoadedObject) => LOADER.test(baseName(path)) || GLIBC_PART.test(baseName(path));
  const isLeftOut = leaveOut ?? ((o: LoadedObject) => all !== true && (isCLibrary(o) || o === loader));
  const needed = neededObjects(tree, all === true);
  const leftOut = needed.filter(isLeftOut);
  const taken = needed.filter((o) => !isLeftOut(o));
  const names = fileNames(tree, taken);

  const isBeside = directory === ".";
  const program = {
    object: tree.root,
    to: baseName(tree.root.path),
    links: [],
    edits: [
      ...(interpreter === undefined ? [] : [setInterpreter(interpreter)]),
      ...editsOf(tree.root, isBeside ? "$ORIGIN" : `$ORIGIN/${directory}`, names),
    ],
  };
  const libraries = taken.map((object) => {
    const [name, ...links] = names.get(object)!;
    return {
      object,
      to: isBeside ? name! : `${directory}/${name}`,
      links,
      edits: object === loader ? [] : editsOf(object, "$ORIGIN", names),
    };
  });

  return { program, libraries, leftOut, missing: tree.missing };
}

/** What the program needs, directly and through others, in the order of the tree. */
function neededObjects(tree: LibraryTree, withLoader: boolean): LoadedObject[] {
  // A set goes on with the members that are added while it is read.
  const found = new Set<LoadedObject>([tree.root]);
  for (const { needs } of found) {
    for (const { object } of needs) if (object) found.add(object);
  }

  const needed = tree.objects.filter((o) => o !== tree.root && found.has(o));
  const loader = tree.interpreter?.object;
  return withLoader && loader && !found.has(loader) ? [...needed, loader] : needed;
}

/** The names of each file: the name by which it is looked for first, then the others. */
function fileNames(tree: LibraryTree, taken: readonly LoadedObject[]): Map<LoadedObject, string[]> {
  const names = new Map<LoadedObject, string[]>(taken.map((o) => [o, []]));
  const used = new Set<string>();
  const give = (object: LoadedObject, name: string) => {
    if (used.has(name)) return;
    used.add(name);
    names.get(object)!.push(name);
  };

  for (const { needs } of tree.objects) {
    for (const { object, name } of needs) {
      if (object && names.has(object) && !name.includes("/")) give(object, name);
    }
  }

  // A file that is asked for by paths alone keeps its own name, with a number before it if that name is taken.
  for (const [object, given] of names) {
    const own = baseName(object.path);
    for (let i = 1; given.length === 0; i++) give(object, i === 1 ? own : `${i}-${own}`);
  }

  return names;
}

function editsOf(object: LoadedObject, runpath: string, names: ReadonlyMap<LoadedObject, readonly string[]>): Edit[] {
  const asked = object.needs.filter(
    (e): e is Edge & { object: LoadedObject } => e.object !== null && e.object !== object && names.has(e.object),
  );
  if (asked.length === 0) return [];

  const edits: Edit[] = [setRunpath(runpath)];
  const byPath = asked.filter((e) => e.name.includes("/") && e.tag === undefined);
  if (byPath.length > 0) {
    edits.push(replaceNeeded(Object.fromEntries(byPath.map((e) => [e.name, names.get(e.object)![0]!]))));
  }
  return edits;
}
