import { fail } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { ET } from "../spec/constants.js";
import { type Edit, type EditFamily, familyOf } from "./family.js";
import { layoutPass } from "../rewrite/passes/layout.js";
import type { Teller } from "../report/changes.js";
import type { ArchiveTools } from "../rewrite/passes/archive.js";
import type { Pass } from "../rewrite/passes/pass.js";
import { Wish } from "../rewrite/wish/wish.js";
import { shown } from "./json-edit.js";
import { type FileKind, REFUSALS } from "./kinds.js";

/** A family and the edits of it that one patch asks for, in the order given. */
export interface Asked {
  readonly family: EditFamily;
  readonly edits: readonly Edit[];
  /** The edits of every family that the patch asks for, in the order given. */
  readonly all: readonly Edit[];
}

/** What a patch is asked for: one edit, or a list. */
export type Edits = Edit | readonly Edit[];

/**
 * The families of these edits, in the order of their turns. `BAD_EDIT` for what no edit function made.
 */
export function askedOf(edits: Edits): Asked[] {
  // Lists in a list are what a spread was forgotten for.
  const all = [edits as Edit].flat(Infinity) as Edit[];

  const byName = new Map<string, { family: EditFamily; edits: Edit[]; all: readonly Edit[] }>();
  for (const edit of all) {
    const family = familyOf(edit) ?? refuseForeign(edit);
    const known = byName.get(family.name);
    if (known) known.edits.push(edit);
    else byName.set(family.name, { family, edits: [edit], all });
  }

  return [...byName.values()].sort((a, b) => a.family.order - b.family.order);
}

function refuseForeign(edit: Edit): never {
  const name = (edit as Partial<Edit> | null | undefined)?.edit;
  const text = shown(edit);
  if (typeof name === "string") {
    fail(
      "BAD_EDIT",
      `${text} has lost its family on the way (JSON, structuredClone, a message between threads); ` +
        "use parseEdit(), or make edits with setInterpreter(), setRunpath() …",
      { edit: name },
    );
  }

  return fail("BAD_EDIT", `${text} is no edit; make edits with setInterpreter(), setRunpath(), replaceNeeded() …`, {
    edit: String(name),
  });
}

/** `BAD_EDIT` where more edits stand in the place of the options. */
export function refuseStrayEdits(options: unknown): void {
  const stray = [options].flat().find((o): o is Edit => familyOf(o as Edit) !== undefined);
  if (!stray) return;

  const { edit } = stray;
  fail("BAD_EDIT", `${edit} stands where the options should: several edits go into one list, [first, second]`, {
    edit,
  });
}

/** Refuses edits that the file cannot take, or that contradict each other. */
export function refuseWrong(elf: ElfFile, asked: readonly Asked[]): void {
  refuseKinds(elf, asked);
  refuseContradictions(asked);
}

/**
 * Refuses edits that this kind of file cannot take, each with its reason. An archive's members are judged by
 * {@link refuseMembers}.
 */
function refuseKinds(elf: ElfFile, asked: readonly Asked[]): void {
  if (asked.length === 0) return;

  const { type } = elf.header;
  const isOther = type !== ET.EXEC && type !== ET.DYN && type !== ET.REL;
  if (isOther) fail("UNSUPPORTED", `e_type ${type} is neither a program nor a library`, { what: `e_type ${type}` });

  for (const [kind, refuse] of Object.entries(REFUSALS)) {
    const isTakenByAll = asked.every(({ family }) => family.takes.includes(kind as FileKind));
    if (!isTakenByAll) refuse(elf);
  }

  for (const { family, edits } of asked) family.requires?.(elf, edits);
}

/** Refuses edits that cannot be applied to the members of a static library. `ARCHIVE`. */
export function refuseMembers(asked: readonly Asked[]): void {
  const other = asked.find(({ family }) => !family.archive)?.edits[0];
  if (!other) return;

  fail(
    "ARCHIVE",
    `${other.edit}: this is a static library, whose members a linker reads: ` +
      "only what a strip drops and keeps can be said of them all",
    {},
  );
}

/** Refuses edits that contradict each other, whatever the file says. `BAD_EDIT`. */
function refuseContradictions(asked: readonly Asked[]): void {
  for (const { family, edits, all } of asked) family.contradicts?.(edits, all);
}

/** The passes that the edits need, in order, the ordinary layout among them. */
export function passesOf(asked: readonly Asked[]): Pass[] {
  const layout = layoutPass((elf) => wishOf(elf, asked));
  const others = asked.flatMap(({ family, edits }) => family.passes?.(edits) ?? []);
  return [layout, ...others].sort((a, b) => a.order - b.order);
}

/** What the edits want of the file: each family has its turn. */
function wishOf(elf: ElfFile, asked: readonly Asked[]): Wish {
  const wish = new Wish(elf);
  for (const { family, edits } of asked) family.apply(wish, edits);
  return wish;
}

/** How a static library is written; undefined where no edit can change what is in one. */
export const archiveToolsOf = (asked: readonly Asked[]): ArchiveTools | undefined =>
  asked.find(({ family }) => family.archive)?.family.archive;

/** Tells the changes that only these edits bring, once each. */
export function tellerOf(asked: readonly Asked[]): Teller {
  const tellers = new Set(asked.flatMap(({ family }) => family.tells ?? []));
  return (before, after) => [...tellers].flatMap((tell) => [...tell(before, after)]);
}
