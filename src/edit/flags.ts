import { fail } from "../error.js";
import { DF, DF_1 } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { shown } from "./json-edit.js";
import { type NameArguments, nonEmpty } from "./names.js";

/** A bit of DT_FLAGS (`DF_…`; gABI, "Dynamic Section") or DT_FLAGS_1 (`DF_1_…`; elf.h). */
export type FlagName = `DF_${keyof typeof DF}` | `DF_1_${keyof typeof DF_1}`;

/** See {@link setFlags}, {@link clearFlags} and {@link noDefaultLib}. */
export interface FlagsEdit extends Edit {
  readonly edit: "setFlags" | "clearFlags";
  readonly flags: readonly FlagName[];
}

/**
 * Sets bits of DT_FLAGS and DT_FLAGS_1, and adds the tags where they are missing. Bits that are set already stay so.
 *
 * @throws ElfError `BAD_EDIT`; when applied, `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [setFlags("DF_BIND_NOW", "DF_1_NOW")])
 */
export const setFlags = (...flags: NameArguments<FlagName>): FlagsEdit => flagsEdit("setFlags", flags);

/**
 * Clears bits of DT_FLAGS and DT_FLAGS_1; the entry stays, with the bits that are left. With DF_SYMBOLIC and
 * DF_BIND_NOW the older tag of the same meaning goes too (DT_SYMBOLIC, DT_BIND_NOW; gABI, "Dynamic Section").
 *
 * @throws ElfError `BAD_EDIT`, also for DF_TEXTREL, which follows from the relocations; when applied, as {@link
 *   setFlags}
 * @example
 * patch(bytes, [clearFlags("DF_1_PIE")])
 */
export const clearFlags = (...flags: NameArguments<FlagName>): FlagsEdit => flagsEdit("clearFlags", flags);

/**
 * Makes ld.so search no default directory for this file's libraries (DF_1_NODEFLIB; ld.so(8), step 5).
 *
 * @example
 * patch(bytes, [noDefaultLib(), setRunpath("$ORIGIN/../lib")])
 */
export const noDefaultLib = (): FlagsEdit => setFlags("DF_1_NODEFLIB");

function flagsEdit(edit: FlagsEdit["edit"], args: NameArguments<FlagName>): FlagsEdit {
  const flags = nonEmpty<FlagName>(args, edit, "flag");
  for (const f of flags) bitOf(f, edit);
  return made(flagsFamily, { edit, flags });
}

/** The flags of this name, if the caller left the prefix out. */
function flagsMeant(text: string): string[] {
  const tables: readonly (readonly [prefix: string, table: object])[] = [
    ["DF_", DF],
    ["DF_1_", DF_1],
  ];
  return tables.filter(([, table]) => Object.hasOwn(table, text)).map(([prefix]) => prefix + text);
}

type FlagTag = typeof DT.FLAGS | typeof DT.FLAGS_1;

function bitOf(name: string, edit: FlagsEdit["edit"]): { tag: FlagTag; bit: bigint } {
  // A caller without types may give anything.
  const text = String(name);
  const isFlags1 = text.startsWith("DF_1_");
  const tag = isFlags1 ? DT.FLAGS_1 : DT.FLAGS;
  const table: Readonly<Record<string, number>> = isFlags1 ? DF_1 : DF;
  const key = text.slice(isFlags1 ? "DF_1_".length : "DF_".length);

  const isFlag = text.startsWith("DF_") && Object.hasOwn(table, key);
  if (!isFlag) {
    const meant = flagsMeant(text);
    const hint = meant.length > 0 ? `; ${meant.join(" or ")} is meant` : "";
    const message = `${edit}: ${shown(name)} is no flag of DT_FLAGS (DF_…) or DT_FLAGS_1 (DF_1_…)${hint}`;
    fail("BAD_EDIT", message, { edit });
  }

  if (edit === "clearFlags" && name === "DF_TEXTREL") {
    fail(
      "BAD_EDIT",
      "clearFlags: DF_TEXTREL says that relocations write to read-only segments; " +
        "without it ld.so would crash on them",
      { edit },
    );
  }

  return { tag, bit: BigInt(table[key]!) };
}

/** Older tags of the same meaning, by the bit of DT_FLAGS. */
const OLD_TAGS: readonly (readonly [bit: bigint, tag: number])[] = [
  [BigInt(DF.SYMBOLIC), DT.SYMBOLIC],
  [BigInt(DF.BIND_NOW), DT.BIND_NOW],
];

const FLAG_TAGS: readonly FlagTag[] = [DT.FLAGS, DT.FLAGS_1];

/** The bits of a tag that the edits of one name set or clear. */
function maskOf(edits: readonly FlagsEdit[], edit: FlagsEdit["edit"], tag: FlagTag): bigint {
  const flags = edits.flatMap((e) => (e.edit === edit ? e.flags : []));
  const bits = flags.map((f) => bitOf(f, edit)).filter((b) => b.tag === tag);
  return bits.reduce((mask, { bit }) => mask | bit, 0n);
}

export const flagsFamily: EditFamily<FlagsEdit> = {
  name: "flags",
  order: 50,
  takes: [],

  contradicts(edits) {
    for (const tag of FLAG_TAGS) {
      const both = maskOf(edits, "setFlags", tag) & maskOf(edits, "clearFlags", tag);
      if (both === 0n) continue;

      const isBoth = ({ tag: of, bit }: ReturnType<typeof bitOf>): boolean => of === tag && (bit & both) !== 0n;
      const name = edits.flatMap((e) => e.flags).find((f) => isBoth(bitOf(f, "setFlags")));
      fail("BAD_EDIT", `${name} shall be both set and cleared`, { edit: "setFlags" });
    }
  },

  apply({ dynamic }, edits) {
    for (const tag of FLAG_TAGS) {
      const set = maskOf(edits, "setFlags", tag);
      const clear = maskOf(edits, "clearFlags", tag);

      const isCleared = (bit: bigint): boolean => tag === DT.FLAGS && (clear & bit) !== 0n;
      const gone = OLD_TAGS.filter(([bit]) => isCleared(bit)).map(([, old]) => old);
      const left = dynamic.entries.filter((e) => !gone.includes(e.tag));
      dynamic.entries = left.map((e) => (e.tag === tag ? { ...e, value: (e.value | set) & ~clear } : e));
      if (set && !dynamic.entries.some((e) => e.tag === tag)) dynamic.entries.push({ tag, value: set });
    }
  },
};

/** Makes the edits again from plain data. */
export const flagsParsers: EditParsers<FlagsEdit> = {
  setFlags: (json) => setFlags(json.texts("flags") as FlagName[]),
  clearFlags: (json) => clearFlags(json.texts("flags") as FlagName[]),
};
