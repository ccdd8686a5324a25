import { fail } from "../error.js";
import { tagNumber } from "../spec/dynamic.js";
import { machineName } from "../spec/names.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { shown } from "./json-edit.js";

/**
 * Tags of the dynamic section whose values are plain numbers that nothing else in the file decides (gABI, "Dynamic
 * Section"; the psABIs). Others are addresses and sizes, which follow their tables, or have edits of their own: names,
 * search paths, DT_FLAGS, DT_DEBUG.
 */
const PLAIN = [
  "DT_FEATURE_1",
  "DT_CHECKSUM",
  "DT_GNU_PRELINKED",
  "DT_AARCH64_BTI_PLT",
  "DT_AARCH64_PAC_PLT",
  "DT_AARCH64_VARIANT_PCS",
  "DT_RISCV_VARIANT_CC",
  "DT_PPC_OPT",
  "DT_PPC64_OPT",
  "DT_ALPHA_PLTRO",
  "DT_MIPS_RLD_VERSION",
  "DT_MIPS_TIME_STAMP",
  "DT_MIPS_ICHECKSUM",
  "DT_MIPS_FLAGS",
] as const;

/** A tag that {@link setDynamicTag} takes. */
export type PlainTag = (typeof PLAIN)[number];

/** See {@link setDynamicTag}. */
export interface SetDynamicTag extends Edit {
  readonly edit: "setDynamicTag";
  readonly tag: PlainTag;
  readonly value: number;
}

/** See {@link removeDynamicTag}. */
export interface RemoveDynamicTag extends Edit {
  readonly edit: "removeDynamicTag";
  readonly tag: PlainTag;
}

export type DynamicTagEdit = SetDynamicTag | RemoveDynamicTag;

/** What d_val of a 32-bit file holds at most. */
const LARGEST_32 = 0xffffffff;

/**
 * Sets the value of a tag of the dynamic section (DT_*; gABI, "Dynamic Section"), and adds the tag where it is missing.
 * The caller has to know what the value means: DT_AARCH64_BTI_PLT for a procedure linkage table without landing pads
 * stops the program.
 *
 * @param tag a tag that holds a plain number; tags of one machine are for its files only
 * @param value 0 to 2^53-1; at most 2^32-1 for a 32-bit file
 * @throws ElfError `BAD_EDIT`, also when applied: a tag that this machine does not have, a value that a 32-bit file
 * cannot hold; `STATIC`, `LOADER`, `RELOCATABLE`, `NO_ROOM`
 * @example
 * patch(bytes, [setDynamicTag("DT_PPC64_OPT", 1)])
 */
export function setDynamicTag(tag: PlainTag, value: number): SetDynamicTag {
  const edit = "setDynamicTag";
  if (!Number.isSafeInteger(value) || value < 0) {
    fail("BAD_EDIT", `${edit}: ${shown(value)} is no value of ${tag}`, { edit });
  }
  return made(dynamicTagFamily, { edit, tag: plainTag(tag, edit), value });
}

/**
 * Removes every entry of a tag from the dynamic section. A tag that the file does not have is a note in the result.
 *
 * @param tag as {@link setDynamicTag}
 * @throws ElfError as {@link setDynamicTag}
 * @example
 * patch(bytes, [removeDynamicTag("DT_CHECKSUM")])
 */
export function removeDynamicTag(tag: PlainTag): RemoveDynamicTag {
  return made(dynamicTagFamily, { edit: "removeDynamicTag", tag: plainTag(tag, "removeDynamicTag") });
}

function plainTag(tag: PlainTag, edit: string): PlainTag {
  if (PLAIN.includes(tag)) return tag;
  return fail("BAD_EDIT", `${edit}: ${shown(tag)} is none of the tags that hold plain numbers (${PLAIN.join(", ")})`, {
    edit,
  });
}

/** The value that an edit wants; undefined where the tag shall go. */
const wantedValue = (e: DynamicTagEdit): number | undefined => (e.edit === "setDynamicTag" ? e.value : undefined);

export const dynamicTagFamily: EditFamily<DynamicTagEdit> = {
  name: "dynamic-tag",
  order: 65,
  takes: [],

  requires({ header }, edits) {
    for (const e of edits) {
      const isKnown = tagNumber(e.tag, header.machine) !== undefined;
      if (!isKnown) {
        fail("BAD_EDIT", `${e.edit}: files for ${machineName(header.machine)} have no ${e.tag}`, { edit: e.edit });
      }

      const isTooLarge = header.class === 32 && (wantedValue(e) ?? 0) > LARGEST_32;
      if (isTooLarge) {
        fail("BAD_EDIT", `${e.edit}: ${e.tag} of a 32-bit file cannot hold ${wantedValue(e)}`, { edit: e.edit });
      }
    }
  },

  contradicts(edits) {
    const wanted = new Map<string, number | undefined>();
    for (const e of edits) {
      const value = wantedValue(e);
      const isOther = wanted.has(e.tag) && wanted.get(e.tag) !== value;
      if (isOther) {
        fail("BAD_EDIT", `${e.edit}: ${e.tag} is given another value, or shall both come and go`, { edit: e.edit });
      }
      wanted.set(e.tag, value);
    }
  },

  apply({ elf, dynamic }, edits) {
    for (const e of edits) {
      const tag = tagNumber(e.tag, elf.header.machine)!;
      const value = wantedValue(e);
      const isThere = dynamic.entries.some((entry) => entry.tag === tag);

      if (value === undefined) {
        if (!isThere) dynamic.note("NOT_FOUND", `removeDynamicTag: the file has no ${e.tag}`);
        dynamic.entries = dynamic.entries.filter((entry) => entry.tag !== tag);
      } else if (isThere) {
        dynamic.entries = dynamic.entries.map((entry) =>
          entry.tag === tag ? { ...entry, value: BigInt(value) } : entry,
        );
      } else {
        dynamic.entries.push({ tag, value: BigInt(value) });
      }
    }
  },
};

/** Makes the edits again from plain data. */
export const dynamicTagParsers: EditParsers<DynamicTagEdit> = {
  setDynamicTag: (json) => setDynamicTag(json.text("tag") as PlainTag, json.number("value")),
  removeDynamicTag: (json) => removeDynamicTag(json.text("tag") as PlainTag),
};
