import { type CacheEntry, lookUp, readCache } from "./cache.js";
import { configuredDirectories } from "./conf.js";
import type { SeenFiles } from "./files.js";
import type { LoaderMachine } from "./machines.js";
import type { Known } from "./object.js";
import type { LoaderOptions } from "./options.js";
import { Attempt, type SearchedPlaces, type Result, type Search } from "./search.js";
import type { GlibcSystem } from "./system.js";
import { expand, expandSecurely, type Tokens } from "./tokens.js";
import type { FoundBy } from "../tree.js";

const CACHE = "/etc/ld.so.cache";
const CONF = "/etc/ld.so.conf";
/** ldconfig writes some MB for the largest systems. */
const LARGEST_CACHE = 1 << 26;

/** The search of glibc's ld.so: _dl_map_object of elf/dl-load.c. */
export class GlibcSearch implements Search {
  readonly #files: SeenFiles;
  readonly #places: SearchedPlaces;
  readonly #system: GlibcSystem;
  readonly #options: LoaderOptions;
  readonly #machine: LoaderMachine;
  readonly #littleEndian: boolean;
  readonly #main: Known;
  readonly #libraryPath: readonly string[];
  readonly #directories = new Map<Known, { rpath: readonly string[]; runpath: readonly string[] }>();
  #cached: ReadonlyMap<string, readonly CacheEntry[]> | null | undefined;
  #configured: readonly string[] | undefined;

  constructor(
    files: SeenFiles,
    places: SearchedPlaces,
    system: GlibcSystem,
    machine: LoaderMachine,
    main: Known,
    options: LoaderOptions,
  ) {
    this.#files = files;
    this.#places = places;
    this.#system = system;
    this.#machine = machine;
    this.#littleEndian = main.object.elf.header.littleEndian;
    this.#main = main;
    this.#options = options;
    const path = options.secure ? undefined : options.env?.LD_LIBRARY_PATH;
    this.#libraryPath = this.#elements(path ?? "", /[:;]/, main);
  }

  nameOf(name: string, from: Known): string | undefined {
    // Refused outright in secure mode (elf/dl-deps.c, expand_dst).
    if (this.#options.secure && /\$(?:ORIGIN|PLATFORM|LIB|\{)/.test(name)) return undefined;
    return expand(name, this.#tokens(from));
  }

  find(name: string, from: Known, isPreload: boolean): Result {
    const a = new Attempt(this.#places);
    const secure = this.#options.secure === true && isPreload;
    if (name.includes("/")) {
      if (!secure) a.try(name, "path", null);
      return a.result;
    }

    this.#byObjects(a, name, from);
    if (!secure) this.#byCache(a, name, from);
    if (!from.wants.noDefaultLib) this.#in(a, name, this.#system.systemDirs, "default", null);
    // Only a file that its owner made so on purpose is trusted.
    if (secure && a.hit && !this.#files.isSetuid(a.hit.file.realPath)) a.refuse();

    return a.result;
  }

  /**
   * What the objects and the environment say. An object with DT_RUNPATH hears of no DT_RPATH, not even of its loaders';
   * the program is the last of them.
   */
  #byObjects(a: Attempt, name: string, from: Known): void {
    if (from.wants.runpath === null) {
      for (let k: Known | null = from; k; k = k.loader) this.#in(a, name, this.#paths(k).rpath, "rpath", k.object.path);
    }
    this.#in(a, name, this.#libraryPath, "library-path", null);
    this.#in(a, name, this.#paths(from).runpath, "runpath", from.object.path);
  }

  #byCache(a: Attempt, name: string, from: Known): void {
    if (this.#options.cache === "ignore" || a.done) return;

    const cache = this.#cache();
    const isFree = (path: string) =>
      !from.wants.noDefaultLib || !this.#system.systemDirs.some((d) => path.startsWith(d === "/" ? d : `${d}/`));
    if (cache) {
      const entries = cache.get(name) ?? [];
      const found = lookUp(entries, this.#machine.cacheFlags ?? entries.map((e) => e.flags), this.#system.hwcaps);
      if (found && isFree(found.path)) a.try(found.path, "cache", null);
      else a.tried.push({ path: CACHE, by: "cache", outcome: "absent" });
      return;
    }

    this.#configured ??= configuredDirectories(this.#files, CONF);
    this.#in(
      a,
      name,
      this.#configured.filter((d) => isFree(`${d}/`)),
      "configured",
      null,
    );
  }

  #in(a: Attempt, name: string, directories: readonly string[], by: FoundBy, of: string | null): void {
    for (const d of directories) {
      const inside = d === "" || d === "/" ? d : `${d}/`;
      for (const s of this.#system.subdirectories) {
        if (!a.done && this.#files.mayHave(this.#places.absolute(`${inside}${s}`))) {
          a.try(`${inside}${s}/${name}`, by, of, true);
        }
      }

      a.try(`${inside}${name}`, by, of);
      if (a.done) return;
    }
  }

  #paths(k: Known): { rpath: readonly string[]; runpath: readonly string[] } {
    let known = this.#directories.get(k);
    if (!known) {
      // With both, ld.so ignores DT_RPATH.
      const of = (path: string | null) => (path === null ? [] : this.#elements(path, ":", k));
      known = { rpath: k.wants.runpath === null ? of(k.wants.rpath) : [], runpath: of(k.wants.runpath) };
      this.#directories.set(k, known);
    }
    return known;
  }

  /** The directories of a path. An empty path has none, an empty element is the current directory. */
  #elements(path: string, separator: string | RegExp, of: Known): string[] {
    if (path === "") return [];

    const trusted = of === this.#main ? this.#system.systemDirs : null;
    const out = path.split(separator).flatMap((element) => {
      const e =
        element === ""
          ? ""
          : this.#options.secure
            ? expandSecurely(element, this.#tokens(of), trusted)
            : expand(element, this.#tokens(of));
      return e === undefined ? [] : [e.replace(/(.)\/+$/, "$1")];
    });
    return [...new Set(out)];
  }

  #tokens(of: Known): Tokens {
    return {
      ORIGIN: of.origin,
      LIB: this.#system.lib,
      PLATFORM: this.#system.platform === "" ? undefined : this.#system.platform,
    };
  }

  /** Entries by name; null where there is no cache that counts. */
  #cache(): ReadonlyMap<string, readonly CacheEntry[]> | null {
    if (this.#cached !== undefined) return this.#cached;

    const bytes = this.#files.bytes(CACHE, LARGEST_CACHE);
    const cache = bytes && readCache(bytes, this.#littleEndian);
    if (!cache) return (this.#cached = null);

    const byName = new Map<string, CacheEntry[]>();
    for (const e of cache.entries) {
      const of = byName.get(e.name);
      if (of) of.push(e);
      else byName.set(e.name, [e]);
    }

    return (this.#cached = byName);
  }
}
