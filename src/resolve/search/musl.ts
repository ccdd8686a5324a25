import type { SeenFiles } from "./files.js";
import type { Known } from "./object.js";
import type { LoaderOptions } from "./options.js";
import { Attempt, type SearchedPlaces, type Result, type Search } from "./search.js";
import type { FoundBy } from "../tree.js";

/** Searched where there is no /etc/ld-musl-ARCH.path (ldso/dynlink.c). */
const DEFAULT_PATH = "/lib:/usr/local/lib:/usr/lib";
const RESERVED = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;
const NAME_MAX = 255;
/** Its buffer for paths that it searches. */
const LONGEST_PATH = 2 * NAME_MAX + 2;

/** Is it the loader itself, whatever files of this name there are? */
export const isMuslItself = (name: string): boolean => RESERVED.test(name);

/** The search of musl's dynamic linker: load_library of ldso/dynlink.c. */
export class MuslSearch implements Search {
  readonly #files: SeenFiles;
  readonly #places: SearchedPlaces;
  readonly #options: LoaderOptions;
  readonly #main: Known;
  readonly #pathFile: string;
  readonly #paths = new Map<Known, readonly string[]>();
  #system: { readonly directories: readonly string[]; readonly by: FoundBy } | undefined;

  /**
   * @param loader the path of the loader, which tells the file with its search path
   * @param arch LDSO_ARCH, where the loader's name does not say it
   */
  constructor(
    files: SeenFiles,
    places: SearchedPlaces,
    main: Known,
    loader: string,
    arch: string,
    options: LoaderOptions,
  ) {
    this.#files = files;
    this.#places = places;
    this.#main = main;
    this.#options = options;
    // Two directories up from the loader, by its name.
    const prefix = loader.startsWith("/") ? loader.split("/").slice(0, -2).join("/") : "";
    this.#pathFile = `${prefix}/etc/ld-musl-${/^ld-musl-(.+)\.so\.1$/.exec(loader.slice(loader.lastIndexOf("/") + 1))?.[1] ?? arch}.path`;
  }

  nameOf(name: string): string | undefined {
    return name === "" ? undefined : name;
  }

  find(name: string, from: Known, isPreload: boolean): Result {
    const a = new Attempt(this.#places);
    const secure = this.#options.secure === true;
    if (name.includes("/")) {
      a.try(name, "path", null);
    } else if (new TextEncoder().encode(name).length <= NAME_MAX) {
      if (!secure) this.#in(a, name, elements(this.#options.env?.LD_LIBRARY_PATH ?? ""), "library-path", null);
      if (!isPreload) {
        for (let k: Known | null = from; k && !a.done; k = k.loader) {
          this.#in(a, name, this.#searchPath(k), k.wants.runpath === null ? "rpath" : "runpath", k.object.path);
        }
      }

      if (!a.done) {
        this.#system ??= this.#systemPath();
        this.#in(a, name, this.#system.directories, this.#system.by, null);
      }
    }

    return a.result;
  }

  #in(a: Attempt, name: string, directories: readonly string[], by: FoundBy, of: string | null): void {
    for (const d of directories) {
      if (a.done) return;
      const path = `${d}/${name}`;
      if (path.length < LONGEST_PATH) a.try(path, by, of);
    }
  }

  /** DT_RUNPATH, or DT_RPATH; with a token that is not $ORIGIN, none at all. */
  #searchPath(k: Known): readonly string[] {
    let known = this.#paths.get(k);
    if (!known) this.#paths.set(k, (known = this.#expanded(k)));
    return known;
  }

  #expanded(k: Known): readonly string[] {
    const path = k.wants.runpath ?? k.wants.rpath ?? "";
    if (!path.includes("$")) return elements(path);
    if (/\$(?!ORIGIN|\{ORIGIN\})/.test(path) || (this.#options.secure && k === this.#main)) return [];
    return elements(path).map((e) =>
      e.length > 9 * LONGEST_PATH ? e : e.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => (k.origin === "/" ? "" : k.origin)),
    );
  }

  #systemPath(): { readonly directories: readonly string[]; readonly by: FoundBy } {
    const text = this.#files.text(this.#pathFile);
    return text === undefined
      ? { directories: elements(DEFAULT_PATH), by: "default" }
      : { directories: elements(text), by: "configured" };
  }
}

/** Directories between colons and newlines; empty ones do not count. */
const elements = (path: string): string[] => path.split(/[:\n]/).filter((e) => e !== "");
