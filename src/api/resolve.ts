// What loaders would load and bind.

export { resolveLibraries } from "../resolve/search/resolve.js";
export { type LoadStep, whyLoaded } from "../resolve/search/why.js";
export { type CollectedFile, type Collection, collectLibraries, type CollectOptions } from "../collect.js";
export type { LoaderOptions, ResolveOptions } from "../resolve/search/options.js";
export type { LibraryFiles } from "../resolve/search/files.js";
export type { Edge, FoundBy, LibraryTree, LoadedObject, LoaderRules, Tried } from "../resolve/tree.js";
export { type BindOptions, bindSymbols } from "../resolve/bind/bind.js";
export type {
  Binding,
  BoundBy,
  HostBinding,
  SymbolBindings,
  UnboundSymbol,
  VersionError,
} from "../resolve/bind/bindings.js";
export { exportedSymbols, isNodeSymbol } from "../resolve/bind/host-symbols.js";
export { interpositions, type Interposed, type Interposition, type PreloadFinding } from "../resolve/bind/interpose.js";
export { type LibraryUse, unusedLibraries, type UnusedOptions } from "../resolve/bind/unused.js";
