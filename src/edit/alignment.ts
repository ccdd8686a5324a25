import { fail } from "../error.js";
import { raisePasses } from "../rewrite/passes/raise.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { ANY_PROGRAM } from "./kinds.js";
import { shown } from "./json-edit.js";

/**
 * Page sizes in bytes above the usual 4096: Android's and Apple silicon's 16 KiB, 64 KiB of some arm64 and ppc64
 * kernels.
 */
export type RaisedPageSize = 16384 | 65536;

const SIZES: readonly number[] = [16384, 65536] satisfies RaisedPageSize[];

/** See {@link raiseAlignment}. */
export interface RaiseAlignment extends Edit {
  readonly edit: "raiseAlignment";
  readonly pageSize: RaisedPageSize;
}

/**
 * Makes a program or library fit for systems with larger pages, which Android asks of 64-bit apps (16 KiB): p_align of
 * every PT_LOAD is at least the page size, its offset congruent to its address. No address changes; where offsets must,
 * zeros go in front of the PT_LOADs. Only a linker can help where two PT_LOADs share such a page, or where PT_GNU_RELRO
 * could not be protected; `pageFitness` tells beforehand.
 *
 * @param pageSize 16384 or 65536, in bytes; of several edits, the largest counts
 * @throws ElfError `BAD_EDIT`; when applied, `NO_ROOM` with the reasons in `tried`, `OVERLAY` where bytes behind the
 *   end of the ELF file would move, `RELOCATABLE`, `UNSUPPORTED`
 * @example
 * patch(library, [raiseAlignment(16384)])
 */
export function raiseAlignment(pageSize: RaisedPageSize): RaiseAlignment {
  if (!SIZES.includes(pageSize)) {
    fail("BAD_EDIT", `raiseAlignment: ${shown(pageSize)} is neither 16384 nor 65536`, { edit: "raiseAlignment" });
  }
  return made(alignmentFamily, { edit: "raiseAlignment", pageSize });
}

export const alignmentFamily: EditFamily<RaiseAlignment> = {
  name: "alignment",
  order: 5,
  takes: ANY_PROGRAM,

  // The passes do the work: the ordinary layout finds the PT_LOADs spread already.
  apply() {},

  passes: (edits) => raisePasses(edits.map((e) => e.pageSize)),
};

/** Makes the edits again from plain data. */
export const alignmentParsers: EditParsers<RaiseAlignment> = {
  raiseAlignment: (json) => raiseAlignment(json.number("pageSize") as RaisedPageSize),
};
