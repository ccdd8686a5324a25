import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { SHN } from "../../spec/constants.js";
import { isMuslItself } from "./musl.js";
import { baseName, directoryOfPath, type Known, Mapped, type Want } from "./object.js";
import type { Hit, Search } from "./search.js";
import type { Edge, LoadedObject, LoaderRules } from "../tree.js";

/** The loader itself, which is in the process before anything is looked for. */
export interface Itself {
  readonly known: Known;
  /** Names that lead to it: PT_INTERP, its DT_SONAME, its file's name. */
  readonly names: readonly string[];
  /** Its file's identity. */
  readonly id: string;
}

/** An edge that led nowhere. */
export interface Missing {
  readonly from: LoadedObject;
  readonly edge: Edge;
}

/** Maps objects breadth first, as loaders do (glibc: elf/dl-deps.c; musl: load_deps). */
export class Loading {
  readonly missing: Missing[] = [];
  /** In the order of symbol lookup. */
  readonly scope: Known[];
  readonly #rules: LoaderRules;
  readonly #search: Search;
  readonly #itself: Itself | null;
  readonly #byName = new Map<string, Known>();
  readonly #byFile = new Map<string, Known>();
  readonly #inScope = new Set<Known>();
  readonly #done = new Set<Known>();

  constructor(main: Known, mainFile: string, itself: Itself | null, rules: LoaderRules, search: Search) {
    this.#rules = rules;
    this.#search = search;
    this.#itself = itself;
    this.scope = [main];
    this.#inScope.add(main);
    // musl compares with what it mapped itself, so not with the program.
    if (rules === "glibc") this.#byFile.set(mainFile, main);
    if (itself) this.#byFile.set(itself.id, itself.known);
    if (rules === "musl") return;

    // The kernel names no file, so the program's name is empty (elf/rtld.c).
    this.#name(main, ["", ...(main.wants.soname === null ? [] : [main.wants.soname])]);
    if (itself) this.#name(itself.known, itself.names);
  }

  /** Maps a preload. Where that fails, loaders go on without it. */
  preload(name: string): Edge {
    const { edge, known } = this.#load(name, this.scope[0]!, "preload");
    if (known) this.#append(known);
    return edge;
  }

  run(): void {
    for (let i = 0; i < this.scope.length;) {
      const at = this.scope[i]!;
      // A filtee may have come before the object that is done.
      if (this.#done.has(at)) i++;
      else this.#wantsOf(at);
    }
  }

  #wantsOf(from: Known): void {
    this.#done.add(from);
    for (const want of from.wants.wants) {
      if (want.tag !== "DT_NEEDED" && this.#rules === "musl") continue;
      const { edge, known } = this.#load(want.name, from, want.tag);
      if (want.tag === "DT_AUXILIARY" && !known) continue;
      from.object.needs.push(edge);
      if (!known) this.missing.push({ from: from.object, edge });
      else if (want.tag === "DT_NEEDED") this.#append(known);
      else this.#putBefore(known, from);
    }
  }

  #append(known: Known): void {
    if (this.#inScope.has(known)) return;
    this.#inScope.add(known);
    this.scope.push(known);
  }

  /** The symbols of a filtee are found before those of the object that names it. */
  #putBefore(known: Known, filter: Known): void {
    const at = this.scope.indexOf(filter);
    const old = this.#inScope.has(known) ? this.scope.indexOf(known) : -1;
    if (old >= 0 && old < at) return;
    if (old >= 0) this.scope.splice(old, 1);
    this.#inScope.add(known);
    this.scope.splice(at, 0, known);
  }

  #load(asked: string, from: Known, want: Want["tag"] | "preload"): { edge: Edge; known: Known | null } {
    const base = { name: asked, ...(want === "DT_FILTER" || want === "DT_AUXILIARY" ? { tag: want } : {}) };
    const name = this.#search.nameOf(asked, from);
    if (name === undefined) return { edge: { ...base, object: null, by: null, of: null, tried: [] }, known: null };

    const there = this.#there(name);
    if (there) {
      return { edge: { ...base, object: there.known.object, by: there.by, of: null, tried: [] }, known: there.known };
    }

    const { hit, tried } = this.#search.find(name, from, want === "preload");
    if (!hit) return { edge: { ...base, object: null, by: null, of: null, tried }, known: null };

    const same = this.#sameFile(hit) ?? this.#secondLibc(hit);
    if (same) {
      this.#nameAgain(same, name);
      return {
        edge: { ...base, object: same.object, by: same === this.#itself?.known ? "loader" : "loaded", of: null, tried },
        known: same,
      };
    }

    const known = this.#map(name, hit, from, want === "preload");
    return { edge: { ...base, object: known.object, by: hit.by, of: hit.of, tried }, known };
  }

  /** A file that is there was found by another name. */
  #nameAgain(known: Known, name: string): void {
    if (this.#rules === "glibc") this.#name(known, [name]);
    else if (!name.includes("/")) this.#name(known, [baseName(known.object.path)]);
  }

  /** What is found without a search. */
  #there(name: string): { known: Known; by: "loader" | "loaded" } | undefined {
    const itself = this.#itself;
    if (this.#rules === "musl" && itself && (isMuslItself(name) || itself.names.includes(name))) {
      return { known: itself.known, by: "loader" };
    }
    // musl takes a name with a slash for a file.
    const known = this.#rules === "musl" && name.includes("/") ? undefined : this.#byName.get(name);
    return known && { known, by: known === itself?.known ? "loader" : "loaded" };
  }

  #sameFile(hit: Hit): Known | undefined {
    return this.#byFile.get(hit.file.id);
  }

  /** musl takes any C library for itself. */
  #secondLibc(hit: Hit): Known | undefined {
    return this.#rules === "musl" && this.#itself && isLibc(hit.examined.elf) ? this.#itself.known : undefined;
  }

  #map(name: string, hit: Hit, from: Known, isPreload: boolean): Known {
    const { elf, wants } = hit.examined;
    const object = new Mapped(name, hit.path, hit.file.realPath, elf);
    const known: Known = {
      object,
      wants,
      origin: directoryOfPath(hit.path),
      loader: this.#rules === "musl" && isPreload ? null : from,
    };
    this.#byFile.set(hit.file.id, known);
    // musl knows an object by its file's name alone, and only if it searched for it.
    if (this.#rules === "glibc") this.#name(known, [hit.path, name, ...(wants.soname === null ? [] : [wants.soname])]);
    else if (!name.includes("/")) this.#name(known, [baseName(hit.path)]);

    return known;
  }

  /** The first object of a name keeps it. */
  #name(known: Known, names: readonly string[]): void {
    for (const n of names) if (!this.#byName.has(n)) this.#byName.set(n, known);
  }
}

/** The two symbols that musl goes by (ldso/dynlink.c, load_library). */
function isLibc(elf: ElfFile): boolean {
  const left = new Set(["__libc_start_main", "stdin"]);
  try {
    for (const s of elf.dynamicSymbols ?? []) {
      if (s.shndx !== SHN.UNDEF && left.delete(s.name) && left.size === 0) return true;
    }
  } catch (e) {
    if (!isElfError(e)) throw e;
  }
  return false;
}
