import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { isDebugFile } from "../../image/headers/sections.js";
import { Tolerant } from "../../image/tolerant.js";
import { ET } from "../../spec/constants.js";
import { examine } from "./candidate.js";
import { type FoundFile, SeenFiles } from "./files.js";
import { GlibcSearch } from "./glibc.js";
import { type LoaderObject, Loading } from "./load.js";
import { type LoaderMachine, loaderMachine } from "./machines.js";
import { MuslSearch } from "./musl.js";
import { baseName, directoryOfPath, type SearchObject, Mapped, readSearchTags } from "./object.js";
import { LOADER_OPTIONS, type LoaderOptions, type ResolveOptions } from "./options.js";
import { preloadsOf } from "./preloads.js";
import { muslLoader, rulesOf } from "./rules.js";
import { SearchedPlaces, type Search } from "./search.js";
import { machineOfOthers } from "./other-machine.js";
import { glibcSystem, loaderPath } from "./system.js";
import type { Edge, LibraryTree, LoaderRules, Tried } from "../tree.js";
import { assertOptions, refuseArgument } from "../../input.js";

/**
 * Tells what a loader would map for a program or library, without running anything: the tree of its libraries, each
 * with the reason why it is taken and the places that were tried. The rules are those of glibc's ld.so (elf/dl-load.c,
 * elf/dl-deps.c, elf/dl-cache.c) or of musl's dynamic linker (ldso/dynlink.c), for a file of any machine. What programs
 * load by dlopen() is not known here.
 *
 * For a program, which the kernel starts, `$ORIGIN` is the directory of its real path. For a library it is the
 * directory of the given path, as for `ldd`.
 *
 * @param path the path of the program or library in `files`
 * @throws ElfError `IO` if `path` does not exist; `RELOCATABLE`, `UNSUPPORTED` for files that no loader accepts;
 *   `MALFORMED` if the needed libraries and search paths ask for more places than can be looked at; as `readElf` for
 *   the file itself. A library that cannot be read is an {@link Edge} without object.
 * @example
 * const files = { readFile: (path) => layer.get(path) };
 * const { missing } = resolveLibraries("/app/server", { files });
 * for (const { from, edge } of missing) console.log(from.path, "needs", edge.name);
 */
export function resolveLibraries(path: string, options: ResolveOptions): LibraryTree {
  if (typeof path !== "string") refuseArgument("resolveLibraries", "a path", path);
  assertOptions<ResolveOptions>("resolveLibraries", options, { ...LOADER_OPTIONS, files: true });

  const files = new SeenFiles(options.files);
  const at = path.startsWith("/") ? path : `${options.cwd ?? ""}/${path}`;
  const file = files.find(at);
  if (!file) fail("IO", `${path}: there is no such file`, { path });

  const elf = readElf(file.source);
  refuseUnloadable(elf);

  const wants = readSearchTags(elf);
  files.askedAt = elf.dynamic?.offset ?? 0;
  const object = new Mapped(path, at, file.realPath, elf);
  const origin = directoryOfPath(elf.interpreter === null ? at : file.realPath);
  const main: SearchObject = { object, wants, origin, loader: null };

  const machine = loaderMachine(elf.header);
  const isGiven = options.rules === "glibc" || options.rules === "musl";
  const rules = isGiven ? options.rules : rulesOf(elf, wants, files, machine);
  return load(main, file, rules, machine, files, options);
}

function refuseUnloadable(elf: ElfFile): void {
  const { type } = elf.header;
  if (type === ET.REL) {
    fail("RELOCATABLE", "this is a relocatable object (ET_REL): a linker reads it, no loader does", {});
  }
  if (type !== ET.EXEC && type !== ET.DYN) {
    fail("UNSUPPORTED", "this is neither a program nor a library", { what: `e_type ${type}` });
  }
  if (new Tolerant().part(() => isDebugFile(elf)) === true) {
    fail(
      "UNSUPPORTED",
      "this is a separate debug file, which has no code that could be loaded: " +
        "resolve the program or library that it belongs to",
      { what: "separate debug file" },
    );
  }
}

function load(
  main: SearchObject,
  file: FoundFile,
  rules: LoaderRules,
  machine: LoaderMachine,
  files: SeenFiles,
  options: LoaderOptions,
): LibraryTree {
  const { elf } = main.object;
  const places = new SearchedPlaces(files, elf, rules, options.cwd ?? "/");
  const isDynamic = elf.interpreter !== null || main.wants.wants.length > 0;

  const musl = muslLoader(machine);
  const usualOfMusl = musl === null ? [] : [musl];
  const loader = loaderPath(files, elf, rules === "glibc" ? machine.loaders : usualOfMusl, rules);
  const { edge: interpreter, itself } =
    isDynamic && loader !== null ? interpreterOf(loader, elf, rules, files, places) : { edge: null, itself: null };

  let search: Search;
  if (rules === "glibc") {
    const system = glibcSystem(files, machine, loader, options);
    search = new GlibcSearch(files, places, system, machine, main, options);
  } else {
    search = new MuslSearch(files, places, main, loader ?? musl ?? "", machine.muslArch ?? "", options);
  }

  const loading = new Loading(main, file.id, itself, rules, search);
  if (elf.interpreter !== null && elf.interpreter === loader && interpreter && !interpreter.object) {
    loading.missing.push({ from: main.object, edge: interpreter });
  }
  const preloads = isDynamic ? preloadsOf(rules, files, options).map((name) => loading.preload(name)) : [];
  loading.run();

  const foundAny = loading.scope.length > 1 || itself !== null;
  const otherMachine = foundAny ? undefined : machineOfOthers(files, elf, loading.missing);

  return {
    rules,
    root: main.object,
    interpreter,
    preloads,
    objects: loading.scope.map((k) => k.object),
    missing: loading.missing,
    ...(otherMachine && { otherMachine }),
  };
}

/** The loader, as the kernel finds it; for a library, the loader that the system has. */
function interpreterOf(
  path: string,
  root: ElfFile,
  rules: LoaderRules,
  files: SeenFiles,
  places: SearchedPlaces,
): { edge: Edge; itself: LoaderObject | null } {
  const at = places.absolute(path);
  const file = files.find(at);
  const examined = file && examine(file, root, rules);
  const tried: readonly Tried[] = [{ path: at, by: "interpreter", outcome: examined?.outcome ?? "absent" }];
  if (!file || examined?.outcome !== "found") {
    return { edge: { name: path, object: null, by: null, of: null, tried }, itself: null };
  }

  const { elf, wants } = examined;
  const object = new Mapped(path, at, file.realPath, elf);
  const known: SearchObject = { object, wants, origin: directoryOfPath(at), loader: null };
  // musl knows itself by its path alone, and by the names that it keeps for itself.
  const names = rules === "musl" ? [path] : [path, at, wants.soname ?? baseName(at)];

  return {
    edge: { name: path, object, by: "interpreter", of: null, tried },
    itself: { known, names, id: file.id },
  };
}
