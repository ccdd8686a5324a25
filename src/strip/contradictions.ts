import { fail } from "../error.js";
import type { StripEdit } from "./edits.js";

/** What the separate debug file keeps, a strip of the same patch drops; a section that is to be kept has a header. */
const AGAINST: Readonly<Partial<Record<StripEdit["edit"], readonly StripEdit["edit"][]>>> = {
  onlyKeepDebug: ["stripUnneeded", "stripDebug", "stripAll", "discardLocals", "dropSectionHeaders", "addDebugLink"],
  dropSectionHeaders: ["keepSections", "keepSymbols", "keepFileSymbols", "addDebugLink"],
};

/** `BAD_EDIT` for strip edits that cannot both hold. */
export function refuseContradictions(edits: readonly StripEdit[]): void {
  for (const { edit } of edits) {
    // Names that a compiler made for itself are no debugging information.
    const other = edits.find((e) => AGAINST[edit]?.includes(e.edit) && !(e.edit === "discardLocals" && e.which === "temporary"));
    if (other) fail("BAD_EDIT", `${edit} and ${other.edit} contradict each other`, { edit });
  }
}
