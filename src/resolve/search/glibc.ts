import { type CacheEntry, lookUp, readCache } from "./cache.js";
import { configuredDirectories } from "./conf.js";
import type { SeenFiles } from "./files.js";
import type { LoaderMachine } from "./machines.js";
import type { SearchObject } from "./object.js";
import type { LoaderOptions } from "./options.js";
import { Attempt, type SearchedPlaces, type Result, type Search } from "./search.js";
import type { GlibcSystem } from "./system.js";
import { expand, expandSecurely, type Tokens } from "./tokens.js";
import type { FoundBy } from "../tree.js";

const CACHE = "/etc/ld.so.cache";
const CONF = "/etc/ld.so.conf";
/** For the largest systems, ldconfig writes some MB. */
const LARGEST_CACHE = 1 << 26;

/** The directories of an object's own search paths. */
interface OwnPaths {
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
}

/** The search of glibc's ld.so: _dl_map_object of elf/dl-load.c. */
export class GlibcSearch implements Search {
  readonly #files: SeenFiles;
  readonly #places: SearchedPlaces;
  readonly #system: GlibcSystem;
  readonly #options: LoaderOptions;
  readonly #machine: LoaderMachine;
  readonly #littleEndian: boolean;
  readonly #main: SearchObject;
  readonly #libraryPath: readonly string[];
  readonly #ownPaths = new Map<SearchObject, OwnPaths>();
  /** Undefined until it was read. */
  #cached: ReadonlyMap<string, readonly CacheEntry[]> | null | undefined;
  #configured: readonly string[] | undefined;

  constructor(
    files: SeenFiles,
    places: SearchedPlaces,
    system: GlibcSystem,
    machine: LoaderMachine,
    main: SearchObject,
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

  nameOf(name: string, from: SearchObject): string | undefined {
    // Secure mode refuses tokens in names (elf/dl-deps.c, expand_dst).
    if (this.#options.secure && /\$(?:ORIGIN|PLATFORM|LIB|\{)/.test(name)) return undefined;
    return expand(name, this.#tokens(from));
  }

  find(name: string, from: SearchObject, isPreload: boolean): Result {
    const attempt = new Attempt(this.#places);
    const isSecure = this.#options.secure === true && isPreload;
    if (name.includes("/")) {
      if (!isSecure) attempt.try(name, "path", null);
      return attempt.result;
    }

    this.#byObjects(attempt, name, from);
    if (!isSecure) this.#byCache(attempt, name, from);
    if (!from.wants.noDefaultLib) this.#in(attempt, name, this.#system.systemDirs, "default", null);

    // Secure mode trusts only a preload that its owner has marked on purpose.
    const { hit } = attempt;
    if (isSecure && hit && !this.#files.isSetuid(hit.file.realPath)) attempt.refuse();

    return attempt.result;
  }

  /**
   * The search paths of the objects and the environment. For an object with DT_RUNPATH no DT_RPATH counts, not even
   * that of the objects which loaded it. The last of these is the program.
   */
  #byObjects(attempt: Attempt, name: string, from: SearchObject): void {
    if (from.wants.runpath === null) {
      for (let asker: SearchObject | null = from; asker; asker = asker.loader) {
        this.#in(attempt, name, this.#pathsOf(asker).rpath, "rpath", asker.object.path);
      }
    }
    this.#in(attempt, name, this.#libraryPath, "library-path", null);
    this.#in(attempt, name, this.#pathsOf(from).runpath, "runpath", from.object.path);
  }

  #byCache(attempt: Attempt, name: string, from: SearchObject): void {
    if (this.#options.cache === "ignore" || attempt.done) return;

    // DF_1_NODEFLIB rules the loader's own directories out here too.
    const { systemDirs, hwcaps } = this.#system;
    const isAllowed = (path: string) =>
      !from.wants.noDefaultLib || !systemDirs.some((d) => path.startsWith(d === "/" ? d : `${d}/`));

    const cache = this.#cache();
    if (cache) {
      const entries = cache.get(name) ?? [];
      const flags = this.#machine.cacheFlags ?? entries.map((e) => e.flags);
      const found = lookUp(entries, flags, hwcaps);
      if (found && isAllowed(found.path)) attempt.try(found.path, "cache", null);
      else attempt.tried.push({ path: CACHE, by: "cache", outcome: "absent" });
      return;
    }

    this.#configured ??= configuredDirectories(this.#files, CONF);
    const allowed = this.#configured.filter((d) => isAllowed(`${d}/`));
    this.#in(attempt, name, allowed, "configured", null);
  }

  #in(attempt: Attempt, name: string, directories: readonly string[], by: FoundBy, of: string | null): void {
    for (const d of directories) {
      const inside = d === "" || d === "/" ? d : `${d}/`;
      for (const s of this.#system.subdirectories) {
        if (!attempt.done && this.#files.mayHave(this.#places.absolute(`${inside}${s}`))) {
          attempt.try(`${inside}${s}/${name}`, by, of, true);
        }
      }

      attempt.try(`${inside}${name}`, by, of);
      if (attempt.done) return;
    }
  }

  #pathsOf(object: SearchObject): OwnPaths {
    let known = this.#ownPaths.get(object);
    if (!known) {
      known = this.#readPaths(object);
      this.#ownPaths.set(object, known);
    }
    return known;
  }

  /** If an object has both, ld.so ignores its DT_RPATH. */
  #readPaths(object: SearchObject): OwnPaths {
    const { rpath, runpath } = object.wants;
    if (runpath !== null) return { rpath: [], runpath: this.#elements(runpath, ":", object) };
    return { rpath: rpath === null ? [] : this.#elements(rpath, ":", object), runpath: [] };
  }

  /** The directories of a path. An empty path has none; an empty element is the current directory. */
  #elements(path: string, separator: string | RegExp, of: SearchObject): string[] {
    if (path === "") return [];

    const trusted = of === this.#main ? this.#system.systemDirs : null;
    const directories = path.split(separator).flatMap((element) => {
      const directory = element === "" ? "" : this.#expand(element, of, trusted);
      return directory === undefined ? [] : [directory.replace(/(.)\/+$/, "$1")];
    });
    return [...new Set(directories)];
  }

  #expand(element: string, of: SearchObject, trusted: readonly string[] | null): string | undefined {
    const tokens = this.#tokens(of);
    return this.#options.secure ? expandSecurely(element, tokens, trusted) : expand(element, tokens);
  }

  #tokens(of: SearchObject): Tokens {
    return {
      ORIGIN: of.origin,
      LIB: this.#system.lib,
      PLATFORM: this.#system.platform === "" ? undefined : this.#system.platform,
    };
  }

  /** The cache's entries by name; null if there is no cache that ld.so accepts. */
  #cache(): ReadonlyMap<string, readonly CacheEntry[]> | null {
    if (this.#cached === undefined) this.#cached = this.#readCache();
    return this.#cached;
  }

  #readCache(): ReadonlyMap<string, readonly CacheEntry[]> | null {
    const bytes = this.#files.bytes(CACHE, LARGEST_CACHE);
    const cache = bytes && readCache(bytes, this.#littleEndian);
    if (!cache) return null;

    const byName = new Map<string, CacheEntry[]>();
    for (const entry of cache.entries) {
      const entries = byName.get(entry.name);
      if (entries) entries.push(entry);
      else byName.set(entry.name, [entry]);
    }

    return byName;
  }
}
