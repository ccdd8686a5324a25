import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { SHN } from "../../spec/constants.js";
import { isReservedByMusl } from "./musl.js";
import { baseName, directoryOfPath, type SearchObject, Mapped, type Want } from "./object.js";
import type { Hit, Search } from "./search.js";
import type { Edge, LoadedObject, LoaderRules } from "../tree.js";

/** The loader itself, which is in the process before it looks for anything. */
export interface LoaderObject {
  readonly known: SearchObject;
  /** The names that lead to it: PT_INTERP, its DT_SONAME, the name of its file. */
  readonly names: readonly string[];
  /** The identity of its file. */
  readonly id: string;
}

/** What one name led to; `known` is null if it led nowhere. */
interface Loaded {
  readonly edge: Edge;
  readonly known: SearchObject | null;
}

/** An edge that led nowhere. */
export interface Missing {
  readonly from: LoadedObject;
  readonly edge: Edge;
}

/** Maps objects breadth first, as loaders do (glibc: elf/dl-deps.c; musl: load_deps). */
export class Loading {
  readonly missing: Missing[] = [];
  /** The objects in the order of symbol lookup. */
  readonly scope: SearchObject[];
  readonly #rules: LoaderRules;
  readonly #search: Search;
  readonly #itself: LoaderObject | null;
  readonly #byName = new Map<string, SearchObject>();
  readonly #byFile = new Map<string, SearchObject>();
  readonly #inScope = new Set<SearchObject>();
  readonly #done = new Set<SearchObject>();

  constructor(main: SearchObject, mainFile: string, itself: LoaderObject | null, rules: LoaderRules, search: Search) {
    this.#rules = rules;
    this.#search = search;
    this.#itself = itself;
    this.scope = [main];
    this.#inScope.add(main);

    // musl compares only with files that it has mapped itself, which the program is not.
    if (rules === "glibc") this.#byFile.set(mainFile, main);
    if (itself) this.#byFile.set(itself.id, itself.known);
    if (rules === "musl") return;

    // The kernel passes no file name, so the program's name is empty (elf/rtld.c).
    this.#name(main, ["", ...(main.wants.soname === null ? [] : [main.wants.soname])]);
    if (itself) this.#name(itself.known, itself.names);
  }

  /** Maps a preload. If that fails, loaders go on without it. */
  preload(name: string): Edge {
    const { edge, known } = this.#load(name, this.scope[0]!, "preload");
    if (known) this.#append(known);
    return edge;
  }

  /** Maps what the objects in the scope need, until nothing is left to map. */
  run(): void {
    for (let i = 0; i < this.scope.length;) {
      const object = this.scope[i]!;
      // The place is looked at again: a filtee may have been put there, before the object.
      if (this.#done.has(object)) i++;
      else this.#loadWants(object);
    }
  }

  #loadWants(from: SearchObject): void {
    this.#done.add(from);
    for (const want of from.wants.wants) {
      if (want.tag !== "DT_NEEDED" && this.#rules === "musl") continue;

      const { edge, known } = this.#load(want.name, from, want.tag);
      // An auxiliary filtee may be missing.
      if (want.tag === "DT_AUXILIARY" && !known) continue;

      from.object.needs.push(edge);
      if (!known) this.missing.push({ from: from.object, edge });
      else if (want.tag === "DT_NEEDED") this.#append(known);
      else this.#putBefore(known, from);
    }
  }

  #append(known: SearchObject): void {
    if (this.#inScope.has(known)) return;
    this.#inScope.add(known);
    this.scope.push(known);
  }

  /** The symbols of a filtee are found before those of the object that names it. */
  #putBefore(known: SearchObject, filter: SearchObject): void {
    const at = this.scope.indexOf(filter);
    const old = this.#inScope.has(known) ? this.scope.indexOf(known) : -1;
    if (old >= 0 && old < at) return;

    if (old >= 0) this.scope.splice(old, 1);
    this.#inScope.add(known);
    this.scope.splice(at, 0, known);
  }

  #load(asked: string, from: SearchObject, want: Want["tag"] | "preload"): Loaded {
    const isPreload = want === "preload";
    const base = { name: asked, ...(isPreload || want === "DT_NEEDED" ? {} : { tag: want }) };
    const name = this.#search.nameOf(asked, from);
    if (name === undefined) return { edge: { ...base, object: null, by: null, of: null, tried: [] }, known: null };

    const loaded = this.#loadedAs(name);
    if (loaded) {
      const { object } = loaded;
      return { edge: { ...base, object, by: this.#foundAs(loaded), of: null, tried: [] }, known: loaded };
    }

    const { hit, tried } = this.#search.find(name, from, isPreload);
    if (!hit) return { edge: { ...base, object: null, by: null, of: null, tried }, known: null };

    const same = this.#sameFile(hit) ?? this.#secondLibc(hit);
    if (same) {
      this.#nameAgain(same, name);
      return { edge: { ...base, object: same.object, by: this.#foundAs(same), of: null, tried }, known: same };
    }

    const known = this.#map(name, hit, from, isPreload);
    return { edge: { ...base, object: known.object, by: hit.by, of: hit.of, tried }, known };
  }

  /** A search by another name led to a loaded file. */
  #nameAgain(known: SearchObject, name: string): void {
    if (this.#rules === "glibc") this.#name(known, [name]);
    else if (!name.includes("/")) this.#name(known, [baseName(known.object.path)]);
  }

  /** The object that has a name already; undefined if the name must be searched. */
  #loadedAs(name: string): SearchObject | undefined {
    if (this.#rules === "glibc") return this.#byName.get(name);

    const itself = this.#itself;
    if (itself && (isReservedByMusl(name) || itself.names.includes(name))) return itself.known;
    // musl takes a name with a slash for a path.
    return name.includes("/") ? undefined : this.#byName.get(name);
  }

  #foundAs(known: SearchObject): "loader" | "loaded" {
    return known === this.#itself?.known ? "loader" : "loaded";
  }

  #sameFile(hit: Hit): SearchObject | undefined {
    return this.#byFile.get(hit.file.id);
  }

  /** musl takes any C library for itself. */
  #secondLibc(hit: Hit): SearchObject | undefined {
    if (this.#rules === "glibc" || !this.#itself) return undefined;
    return isLibc(hit.examined.elf) ? this.#itself.known : undefined;
  }

  #map(name: string, hit: Hit, from: SearchObject, isPreload: boolean): SearchObject {
    const { elf, wants } = hit.examined;
    const object = new Mapped(name, hit.path, hit.file.realPath, elf);
    const known: SearchObject = {
      object,
      wants,
      origin: directoryOfPath(hit.path),
      loader: this.#rules === "musl" && isPreload ? null : from,
    };
    this.#byFile.set(hit.file.id, known);

    // musl knows an object by the name of its file alone, and only if it has searched for it.
    if (this.#rules === "glibc") this.#name(known, [hit.path, name, ...(wants.soname === null ? [] : [wants.soname])]);
    else if (!name.includes("/")) this.#name(known, [baseName(hit.path)]);
    return known;
  }

  /** The first object of a name keeps it. */
  #name(known: SearchObject, names: readonly string[]): void {
    for (const n of names) if (!this.#byName.has(n)) this.#byName.set(n, known);
  }
}

/** musl knows a C library by two symbols (ldso/dynlink.c, load_library). */
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
