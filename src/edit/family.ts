import type { ElfFile } from "../image/elf.js";
import type { ArchiveTools } from "../rewrite/passes/archive.js";
import type { Pass } from "../rewrite/passes/pass.js";
import type { Teller } from "../report/changes.js";
import type { Wish } from "../rewrite/wish/wish.js";
import type { JsonEdit } from "./json-edit.js";
import type { FileKind } from "./kinds.js";

/**
 * Where an edit carries its family. All copies of the library in a process share the key: its ESM and its CommonJS
 * build.
 */
const FAMILY: unique symbol = /* @__PURE__ */ Symbol.for("elfwright.family");

/**
 * What a patch can be asked for: a plain value, made by the function of its name and printable as JSON. It carries its
 * family, which does the work, so that a bundle holds no more than it uses. JSON, `structuredClone` and messages
 * between threads lose the family; `parseEdit` gives it back.
 */
export interface Edit {
  /** The name of the function that makes it. */
  readonly edit: string;
  /** @internal */
  readonly [FAMILY]: { readonly name: string };
}

/** An edit without its family: plain data. */
type Plain<E extends Edit> = E extends Edit ? Omit<E, typeof FAMILY> : never;

/**
 * Edits of one subject. A family has a file of its own, with the values and their documentation, the kinds of file that
 * take them, what contradicts what, and what they make of a wish. Only the public index lists the families.
 */
export interface EditFamily<E extends Edit = Edit> {
  /** Tells families apart. */
  readonly name: string;
  /**
   * When it has its turn. Families that build on the results of others come later; new entries of the dynamic section
   * stand in the same order.
   */
  readonly order: number;
  /** Kinds of file that take its edits, besides ordinary dynamic programs and libraries. */
  readonly takes: readonly FileKind[];
  /** Throws the reason where the file lacks something else that the edits need. */
  requires?(elf: ElfFile, edits: readonly E[]): void;
  /**
   * `BAD_EDIT` where edits contradict each other, whatever the file says. `all` are the edits of every family, in the
   * order given.
   */
  contradicts?(edits: readonly E[], all: readonly Edit[]): void;
  /** Writes what the edits want into the wish. */
  apply(wish: Wish, edits: readonly E[]): void;
  /** Passes around the ordinary layout that the edits need. */
  passes?(edits: readonly E[]): readonly Pass[];
  /** Writes a static library anew, to whose members the edits are applied. Without it, such a file is refused. */
  readonly archive?: ArchiveTools;
  /** Tells changes that no other edits bring: strips are the only ones that take notes away. */
  readonly tells?: Teller;
}

/**
 * Functions that make the edits of a family again from plain data, by the names of the edits. They stand apart from the
 * family, since a bundle that makes its edits itself does not need them.
 */
export type EditParsers<E extends Edit = Edit> = { readonly [K in E["edit"]]: (json: JsonEdit) => E };

/** Gives an edit its family. The family shows neither in JSON nor where values are compared. */
export function made<E extends Edit, const V extends Plain<E>>(family: EditFamily<E>, value: V): V & Edit {
  return Object.defineProperty(value, FAMILY, { value: family }) as unknown as V & Edit;
}

/** The family that an edit carries; undefined where it has lost it. */
export const familyOf = (edit: Edit): EditFamily | undefined =>
  (edit as Partial<Edit> | null | undefined)?.[FAMILY] as EditFamily | undefined;

/** The first edit whose name is in the first group that has one. Groups are families in the order of their turns. */
export function firstOf(groups: readonly (readonly string[])[], edits: readonly Edit[]): Edit | undefined {
  for (const names of groups) {
    const first = edits.find((e) => names.includes(e.edit));
    if (first) return first;
  }
  return undefined;
}
