import { examine, type Examined } from "./candidate.js";
import type { FoundFile, SeenFiles } from "./files.js";
import type { SearchObject } from "./object.js";
import type { ElfFile } from "../../image/elf.js";
import type { FoundBy, LoaderRules, Tried } from "../tree.js";

/** The file that a search has found. */
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
  /** The name as the loader looks for it, with tokens replaced. Undefined if the loader gives up at once. */
  nameOf(name: string, from: SearchObject): string | undefined;
  /** @param from the object that asks; the program for a preload */
  find(name: string, from: SearchObject, isPreload: boolean): Result;
}

/** One search. Places are tried one by one until there is a hit, or a file that ends the search. */
export class Attempt {
  readonly tried: Tried[] = [];
  hit: Hit | null = null;
  /** The loader gives up: it has found a file that cannot be loaded. */
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
   * @param isQuiet an absent file is not listed: the path is in one of the many subdirectories for processors
   */
  try(path: string, by: FoundBy, of: string | null, isQuiet = false): void {
    if (this.done) return;

    const place = this.#places.look(path);
    const absolute = this.#places.absolute(path);
    const outcome = place?.examined.outcome ?? "absent";
    if (outcome !== "absent" || !isQuiet) {
      this.tried.push({ path: absolute, by, ...(of !== null && { of }), outcome });
    }

    if (!place) return;
    const { file, examined } = place;
    if (examined.outcome === "found") this.hit = { path: absolute, by, of, file, examined };
    else this.failed = examined.outcome === "invalid" || this.#places.rules === "musl";
  }

  /** Gives up the file that was found. */
  refuse(): void {
    this.hit = null;
    this.failed = true;
  }
}

/** The paths that were searched for one program, and what is there. */
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

  /** The file at a path, and what a loader makes of it; undefined if there is none. */
  look(path: string): { readonly file: FoundFile; readonly examined: Examined } | undefined {
    const file = this.#files.find(this.absolute(path));
    if (!file) return undefined;

    let examined = this.#examined.get(file.id);
    if (!examined) {
      examined = examine(file, this.#root, this.rules);
      this.#examined.set(file.id, examined);
    }
    return { file, examined };
  }
}
