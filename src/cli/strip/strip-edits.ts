import { addFileDebugLink } from "../../node/debug-link.js";
import type { Edit } from "../../edit/family.js";
import {
  discardLocals,
  keepFileSymbols,
  keepSections,
  keepSymbols,
  removeRelocations,
  removeSections,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
} from "../../strip/strip.js";
import { dropSectionHeaders } from "../../strip/drop-section-headers.js";
import { onlyKeepDebug } from "../../strip/only-keep-debug.js";
import type { StripCommand, StripPurpose } from "./strip-options.js";

/** What `--strip-dwo` takes: debugging information that belongs into a file of its own (-gsplit-dwarf). */
const DWO = [".debug*.dwo", ".zdebug*.dwo"];

/** The edits that the options ask for; a debug file that is to be named is read. */
export function stripEdits(c: StripCommand): Edit[] {
  const { force, wildcard } = c;
  const names = { wildcard };
  const edits = modeEdits(modeOf(c), force);
  if (c.sections.length > 0) edits.push(removeSections(...c.sections, { force }));
  if (c.keepSections.length > 0) edits.push(keepSections(...c.keepSections));
  if (c.relocations.length > 0) edits.push(removeRelocations(...c.relocations));
  if (c.keepSymbols.length > 0) edits.push(keepSymbols(c.keepSymbols, names));
  if (c.stripSymbols.length > 0) edits.push(stripSymbols(c.stripSymbols, names));
  if (c.discard !== undefined) edits.push(discardLocals(c.discard));
  if (c.fileSymbols) edits.push(keepFileSymbols());
  if (c.dropHeaders) edits.push(dropSectionHeaders());
  if (c.debugLink !== undefined) edits.push(addFileDebugLink(c.debugLink));

  return edits;
}

/**
 * All symbols go where no option says which; -R and -K say it not, -N does with an empty name too (seen with GNU strip
 * 2.40).
 */
const modeOf = (c: StripCommand): StripPurpose | undefined =>
  c.mode ?? (c.discard !== undefined || c.someSymbols ? undefined : "all");

function modeEdits(mode: StripPurpose | undefined, force: boolean): Edit[] {
  switch (mode) {
    case "all":
      return [stripAll({ force })];
    case "unneeded":
      return [stripUnneeded()];
    case "debug":
      return [stripDebug()];
    case "dwo":
      return [removeSections(...DWO)];
    case "onlyKeepDebug":
      return [onlyKeepDebug()];
    case undefined:
      return [];
  }
}
