import { examine, type Examined } from "./candidate.js";
import type { FoundFile, SeenFiles } from "./files.js";
import type { Known } from "./object.js";
import type { ElfFile } from "../../image/elf.js";
import type { FoundBy, LoaderRules, Tried } from "../tree.js";

/** A file that a search ended with. */
export interface Hit {
  readonly path: string;
  readonly by: FoundBy;
  readonly of: string | null;
  readonly file: FoundFile;
  readonly examined: Examined & { readonly outcome: "found" };
}

/** How a search went. */
export interface Result {
  readonly hit: Hit | null;
  readonly tried: readonly Tried[];
}

/** Finds a library by the rules of a loader. */
export interface Search {
  /** The name as the loader looks for it: tokens replaced. Undefined where it gives up at once. */
  nameOf(name: string, from: Known): string | undefined;
  /** For a preload `from` is the program. */
  find(name: string, from: Known, isPreload: boolean): Result;
}

/** One search: places are tried one by one until there is a hit, or a file that ends it. */
export class Attempt {
  readonly tried: Tried[] = [];
  hit: Hit | null = null;
  /** A file was found that cannot be loaded: the loader gives up. */
  failed = false;
  readonly #places: SearchedPlaces;

  constructor(places: SearchedPlaces) {
    this.#places = places;
  }

  get done(): boolean {
    return this.failed || this.hit !== null;
  }

  get result(): Result {
    return { hit: this.hit, tried: this.tried };
  }

  /**
   * Tries a path.
   *
   * @param quiet an absent file is not worth a line: one of the many subdirectories for processors
   */
  try(path: string, by: FoundBy, of: string | null, quiet = false): void {
    if (this.done) return;

    const place = this.#places.look(path);
    const outcome = place?.examined.outcome ?? "absent";
    if (outcome !== "absent" || !quiet) {
      this.tried.push({ path: this.#places.absolute(path), by, ...(of !== null && { of }), outcome });
    }

    if (!place) return;
    if (place.examined.outcome === "found") {
      this.hit = { path: this.#places.absolute(path), by, of, file: place.file, examined: place.examined };
    } else {
      this.failed = place.examined.outcome === "invalid" || this.#places.rules === "musl";
    }
  }

  /** A file that is not to be used after all. */
  refuse(): void {
    this.hit = null;
    this.failed = true;
  }
}

/** Paths and what is there, for one program. */
export class SearchedPlaces {
  readonly rules: LoaderRules;
  readonly #files: SeenFiles;
  readonly #root: ElfFile;
  readonly #cwd: string;
  readonly #examined = new Map<string, Examined>();

  constructor(files: SeenFiles, root: ElfFile, rules: LoaderRules, cwd: string) {
    this.#files = files;
    this.#root = root;
    this.rules = rules;
    this.#cwd = cwd === "/" ? "" : cwd;
  }

  absolute(path: string): string {
    return path.startsWith("/") ? path : `${this.#cwd}/${path}`;
  }

  look(path: string): { readonly file: FoundFile; readonly examined: Examined } | undefined {
    const file = this.#files.find(this.absolute(path));
    if (!file) return undefined;
    let examined = this.#examined.get(file.id);
    if (!examined) this.#examined.set(file.id, (examined = examine(file, this.#root, this.rules)));
    return { file, examined };
  }
}
