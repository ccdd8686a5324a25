// Edits that drop symbols, sections and debugging information, or keep them.

export {
  discardLocals,
  keepFileSymbols,
  keepSections,
  keepSymbols,
  removeRelocations,
  removeSections,
  type RemoveSectionsOptions,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
  type SymbolNameOptions,
} from "../strip/strip.js";
export type {
  DiscardLocals,
  KeepFileSymbols,
  KeepSections,
  KeepSymbols,
  RemoveRelocations,
  RemoveSections,
  StripEdit,
  StripMode,
  StripSymbols,
} from "../strip/values.js";
export { dropSectionHeaders, type DropSectionHeaders } from "../strip/drop-section-headers.js";
export { onlyKeepDebug, type OnlyKeepDebug } from "../strip/only-keep-debug.js";
export { addDebugLink, type AddDebugLink } from "../strip/debug-link.js";
