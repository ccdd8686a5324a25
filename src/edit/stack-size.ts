import { fail } from "../error.js";
import { PT } from "../spec/constants.js";
import { type Edit, type EditFamily, type EditParsers, made } from "./family.js";
import { ANY_PROGRAM } from "./kinds.js";
import { shown } from "./json-edit.js";

/** See {@link setGnuStackSize}. */
export interface SetGnuStackSize extends Edit {
  readonly edit: "setGnuStackSize";
  readonly size: number;
}

/** What p_memsz of a 32-bit file holds at most. */
const LARGEST_32 = 0xffffffff;

/**
 * Sets the size of the stack that musl gives to threads which ask for no size: p_memsz of PT_GNU_STACK (musl,
 * ldso/dynlink.c: the largest of the program and its libraries counts, between 128 KiB and 8 MiB). glibc and the kernel
 * do not look at it. GNU ld writes it with `-z stack-size`.
 *
 * @param size in bytes, from 0 on; at most 2^32-1 for a 32-bit file, 2^53-1 otherwise
 * @throws ElfError `BAD_EDIT`; when applied, `BAD_EDIT` where the size is too large for a 32-bit file,
 * `UNSUPPORTED` without a PT_GNU_STACK, `RELOCATABLE`
 * @example
 * patch(bytes, [setGnuStackSize(1 << 20)])
 */
export function setGnuStackSize(size: number): SetGnuStackSize {
  if (!Number.isSafeInteger(size) || size < 0) {
    fail("BAD_EDIT", `setGnuStackSize: ${shown(size)} is no number of bytes`, { edit: "setGnuStackSize" });
  }
  return made(stackSizeFamily, { edit: "setGnuStackSize", size });
}

export const stackSizeFamily: EditFamily<SetGnuStackSize> = {
  name: "stack-size",
  order: 92,
  takes: ANY_PROGRAM,

  requires({ header, segments }, [first]) {
    const isThere = segments.some((s) => s.type === PT.GNU_STACK);
    if (!isThere) {
      fail(
        "UNSUPPORTED",
        "setGnuStackSize: the file has no PT_GNU_STACK that could say a size; setExecstack(false) adds one",
        { what: "a file without PT_GNU_STACK" },
      );
    }

    const isTooLarge = header.class === 32 && first!.size > LARGEST_32;
    if (isTooLarge) {
      fail("BAD_EDIT", `setGnuStackSize: p_memsz of a 32-bit file cannot hold ${first!.size}`, {
        edit: "setGnuStackSize",
      });
    }
  },

  contradicts([first, ...rest]) {
    const other = rest.find((e) => e.size !== first!.size);
    if (other) {
      fail("BAD_EDIT", `setGnuStackSize is given both ${first!.size} and ${other.size}`, { edit: "setGnuStackSize" });
    }
  },

  apply({ segments }, [first]) {
    segments.push({ type: PT.GNU_STACK, fields: { memsz: first!.size } });
  },
};

/** Makes the edits again from plain data. */
export const stackSizeParsers: EditParsers<SetGnuStackSize> = {
  setGnuStackSize: (json) => setGnuStackSize(json.number("size")),
};
