/**
 * elfwright for files: sparse reads and atomic writes.
 *
 * @packageDocumentation
 */
export { openSource, type FileSource } from "./source.js";
export {
  makeFileRunpathRelative,
  type MakeFileRunpathRelativeOptions,
  shrinkFileRunpath,
  type ShrinkFileRunpathOptions,
} from "./runpath.js";
export { type OpenLibraryTree, resolveFileLibraries, type ResolveFileLibrariesOptions } from "./resolve.js";
export { patchFile, patchFileSync, type PatchFileOptions, type PatchFileResult } from "./patch-file.js";
export { addFileDebugLink } from "./debug-link.js";
export { type OpenElfFile, readElfFile } from "./read-file.js";
