import type { SeenFiles } from "./files.js";
import { baseName, type SearchObject } from "./object.js";
import type { LoaderOptions } from "./options.js";
import { Attempt, type SearchedPlaces, type Result, type Search } from "./search.js";
import type { FoundBy } from "../tree.js";

/** The search path on a system without /etc/ld-musl-ARCH.path (ldso/dynlink.c). */
const DEFAULT_PATH = "/lib:/usr/local/lib:/usr/lib";
const RESERVED = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;
const NAME_MAX = 255;
/** The size of musl's buffer for the paths that it searches. */
const LONGEST_PATH = 2 * NAME_MAX + 2;

interface SystemPath {
  readonly directories: readonly string[];
  readonly by: FoundBy;
}

/** Does the name mean the loader itself, whatever files have this name? */
export const isReservedByMusl = (name: string): boolean => RESERVED.test(name);

/** The search of musl's dynamic linker: load_library of ldso/dynlink.c. */
export class MuslSearch implements Search {
  readonly #files: SeenFiles;
  readonly #places: SearchedPlaces;
  readonly #options: LoaderOptions;
  readonly #main: SearchObject;
  readonly #pathFile: string;
  readonly #paths = new Map<SearchObject, readonly string[]>();
  #system: SystemPath | undefined;

  /**
   * @param loader the path of the loader, which tells the file with its search path
   * @param arch LDSO_ARCH if the loader's name does not tell it
   */
  constructor(
    files: SeenFiles,
    places: SearchedPlaces,
    main: SearchObject,
    loader: string,
    arch: string,
    options: LoaderOptions,
  ) {
    this.#files = files;
    this.#places = places;
    this.#main = main;
    this.#options = options;

    // The file lies in the etc/ beside the loader's directory. The loader's name tells LDSO_ARCH.
    const prefix = loader.startsWith("/") ? loader.split("/").slice(0, -2).join("/") : "";
    const ownArch = /^ld-musl-(.+)\.so\.1$/.exec(baseName(loader))?.[1];
    this.#pathFile = `${prefix}/etc/ld-musl-${ownArch ?? arch}.path`;
  }

  nameOf(name: string): string | undefined {
    return name === "" ? undefined : name;
  }

  find(name: string, from: SearchObject, isPreload: boolean): Result {
    const attempt = new Attempt(this.#places);
    if (name.includes("/")) attempt.try(name, "path", null);
    else if (new TextEncoder().encode(name).length <= NAME_MAX) this.#search(attempt, name, from, isPreload);
    return attempt.result;
  }

  #search(attempt: Attempt, name: string, from: SearchObject, isPreload: boolean): void {
    const { secure, env } = this.#options;
    if (!secure) this.#in(attempt, name, elements(env?.LD_LIBRARY_PATH ?? ""), "library-path", null);

    if (!isPreload) {
      for (let asker: SearchObject | null = from; asker && !attempt.done; asker = asker.loader) {
        const by = asker.wants.runpath === null ? "rpath" : "runpath";
        this.#in(attempt, name, this.#pathOf(asker), by, asker.object.path);
      }
    }

    if (attempt.done) return;
    this.#system ??= this.#systemPath();
    this.#in(attempt, name, this.#system.directories, this.#system.by, null);
  }

  #in(attempt: Attempt, name: string, directories: readonly string[], by: FoundBy, of: string | null): void {
    for (const d of directories) {
      if (attempt.done) return;
      const path = `${d}/${name}`;
      if (path.length < LONGEST_PATH) attempt.try(path, by, of);
    }
  }

  /** The directories of an object's DT_RUNPATH or DT_RPATH. A path with a token other than $ORIGIN has none. */
  #pathOf(object: SearchObject): readonly string[] {
    let known = this.#paths.get(object);
    if (!known) {
      known = this.#readPath(object);
      this.#paths.set(object, known);
    }
    return known;
  }

  #readPath(object: SearchObject): readonly string[] {
    const path = object.wants.runpath ?? object.wants.rpath ?? "";
    if (!path.includes("$")) return elements(path);
    if (/\$(?!ORIGIN|\{ORIGIN\})/.test(path) || (this.#options.secure && object === this.#main)) return [];

    const origin = object.origin === "/" ? "" : object.origin;
    return elements(path).map((element) => {
      // A token has at most 9 characters: whatever it is replaced by, this element stays too long.
      if (element.length > 9 * LONGEST_PATH) return element;
      return element.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => origin);
    });
  }

  #systemPath(): SystemPath {
    const text = this.#files.text(this.#pathFile);
    if (text === undefined) return { directories: elements(DEFAULT_PATH), by: "default" };
    return { directories: elements(text), by: "configured" };
  }
}

/** The directories between colons and newlines. Empty ones do not count. */
const elements = (path: string): string[] => path.split(/[:\n]/).filter((e) => e !== "");
