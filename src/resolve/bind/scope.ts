import { DF } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { LookupName } from "./hash-lookup.js";
import { type FoundVersion, ObjectSymbols } from "./object-symbols.js";
import type { RelocationClass } from "./relocation-class.js";
import type { LibraryTree, LoadedObject } from "../tree.js";

/** An object of the tree with its symbols. */
export interface ScopeMember {
  readonly object: LoadedObject;
  /** Null if they cannot be read. */
  readonly symbols: ObjectSymbols | null;
  /**
   * DT_SYMBOLIC or DF_SYMBOLIC: the object's references are looked up in the object itself first. glibc heeds it except
   * in the program; musl does not.
   */
  readonly isSymbolic: boolean;
}

/** What is looked up for one reference. */
export interface Reference {
  readonly from: ScopeMember;
  readonly index: number;
  readonly text: string;
  readonly name: LookupName;
  /** The version that is asked for; undefined for none. */
  readonly version: FoundVersion | undefined;
  readonly use: RelocationClass;
}

/** The symbol that a reference is bound to. */
export interface BoundSymbol {
  readonly member: ScopeMember;
  readonly index: number;
  /** musl: the name under which its loader has it (`open` for `open64`). */
  readonly alias?: string;
}

/** One loader's lookup among objects. */
export interface Scope {
  /** The objects in the order of lookup. */
  readonly members: readonly ScopeMember[];
  /** The symbol that a reference is bound to; undefined for none. */
  find(reference: Reference): BoundSymbol | undefined;
  /** Is the reference looked up? If not, it is bound to its own symbol at once. */
  isLookedUp(binding: number, visibility: number): boolean;
  /** May the reference stay unbound? */
  isWeak(binding: number, shndx: number): boolean;
  /** What the loader says about a reference that it cannot bind. */
  complaint(reference: Reference): string;
}

/** A part of the tree that could not be read, and why. */
export interface BindProblem {
  readonly object: LoadedObject;
  readonly message: string;
}

/** The objects of a tree in the order of lookup. */
export function membersOf(tree: LibraryTree, problems: BindProblem[]): ScopeMember[] {
  return tree.objects.map((object) => memberOf(object, tree, problems));
}

export function memberOf(
  object: LoadedObject,
  tree: Pick<LibraryTree, "rules" | "root">,
  problems: BindProblem[],
): ScopeMember {
  const isGlibc = tree.rules === "glibc";
  const symbols = attemptObject(object, problems, () => new ObjectSymbols(object.elf, isGlibc));
  const heedsSymbolic = isGlibc && object !== tree.root;
  const isSymbolic = heedsSymbolic && attemptObject(object, problems, () => hasSymbolic(object.elf));

  return { object, symbols, isSymbolic: isSymbolic ?? false };
}

function hasSymbolic({ dynamic }: ElfFile): boolean {
  const flags = dynamic?.get(DT.FLAGS) ?? 0n;
  return dynamic?.get(DT.SYMBOLIC) !== undefined || (flags & BigInt(DF.SYMBOLIC)) !== 0n;
}

/** Runs `work`, which reads an object. If the object is broken, the others still have their bindings. */
export function attemptObject<T>(object: LoadedObject, problems: BindProblem[], work: () => T): T | null {
  try {
    return work();
  } catch (e) {
    if (!isElfError(e)) throw e;
    problems.push({ object, message: e.message });
    return null;
  }
}
