import { fail } from "../../error.js";

/** A symbol that the file defines, as it shall be. */
export interface Definition {
  readonly name: string;
  /** Its version's number, without the hidden bit. */
  readonly number: number;
  /** Do the edits change the one or the other? */
  readonly isEdited: boolean;
}

/**
 * Two definitions of the same name and version: which one ld.so takes would be chance. What the file had so before
 * stays. `BAD_EDIT`.
 */
export function refuseTwice(edit: string, definitions: Iterable<Definition>): void {
  const seen = new Map<string, boolean>();
  for (const { name, number, isEdited } of definitions) {
    const key = `${number} ${name}`;
    const other = seen.get(key);
    if (other !== undefined && (other || isEdited)) {
      fail("BAD_EDIT", `${edit}: ${name} would be defined twice in the same version`, { edit });
    }
    seen.set(key, isEdited);
  }
}
