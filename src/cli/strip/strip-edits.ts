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

/** The sections that `--strip-dwo` removes: debugging information that belongs in a file of its own (-gsplit-dwarf). */
const DWO = [".debug*.dwo", ".zdebug*.dwo"];

/** The edits that the options ask for. Reads the debug file that .gnu_debuglink shall name. */
export function stripEdits(command: StripCommand): Edit[] {
  const { force, wildcard, discard, debugLink } = command;
  const edits = modeEdits(modeOf(command), force);
  if (command.sections.length > 0) edits.push(removeSections(command.sections, { force }));
  if (command.keepSections.length > 0) edits.push(keepSections(command.keepSections));
  if (command.relocations.length > 0) edits.push(removeRelocations(command.relocations));
  if (command.keepSymbols.length > 0) edits.push(keepSymbols(command.keepSymbols, { wildcard }));
  if (command.stripSymbols.length > 0) edits.push(stripSymbols(command.stripSymbols, { wildcard }));
  if (discard !== undefined) edits.push(discardLocals(discard));
  if (command.fileSymbols) edits.push(keepFileSymbols());
  if (command.dropHeaders) edits.push(dropSectionHeaders());
  if (debugLink !== undefined) edits.push(addFileDebugLink(debugLink));

  return edits;
}

/**
 * All symbols are dropped where no option says which. -R and -K do not say it; -N does, with an empty name too (seen
 * with GNU strip 2.40).
 */
function modeOf({ mode, discard, someSymbols }: StripCommand): StripPurpose | undefined {
  if (mode !== undefined) return mode;
  return discard !== undefined || someSymbols ? undefined : "all";
}

function modeEdits(mode: StripPurpose | undefined, force: boolean): Edit[] {
  switch (mode) {
    case "all":
      return [stripAll({ force })];
    case "unneeded":
      return [stripUnneeded()];
    case "debug":
      return [stripDebug()];
    case "dwo":
      return [removeSections(DWO)];
    case "onlyKeepDebug":
      return [onlyKeepDebug()];
    case undefined:
      return [];
  }
}
