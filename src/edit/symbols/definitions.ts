import { fail } from "../../error.js";

/** A symbol that the file defines, as the edits want it. */
export interface Definition {
  readonly name: string;
  /** Its version's number, without the hidden bit. */
  readonly number: number;
  /** Do the edits change its name or version? */
  readonly isEdited: boolean;
}

/**
 * Refuses two definitions of the same name and version, as it would be chance which one ld.so takes. Two that were
 * equal before the edits may stay so. `BAD_EDIT`.
 */
export function refuseTwice(edit: string, definitions: Iterable<Definition>): void {
  const seen = new Map<string, boolean>();
  for (const { name, number, isEdited } of definitions) {
    const key = `${number} ${name}`;
    const isNew = seen.has(key) && (seen.get(key) || isEdited);
    if (isNew) {
      fail("BAD_EDIT", `${edit}: ${name} would be defined twice in the same version`, { edit });
    }
    seen.set(key, isEdited);
  }
}
