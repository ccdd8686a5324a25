import type { LibraryTree } from "../resolve/tree.js";
import type { LibcTables, Target } from "../targets/target.js";

export interface DiagnoseOptions {
  /** The system that the file is to run on, from `elfwright/targets`. */
  readonly target?: Target;
  /**
   * The C libraries' tables, from `elfwright/targets`; the target's by default. Without any, `distributions` and
   * `wheelTag` are null.
   */
  readonly tables?: LibcTables;
  /**
   * What the loader would load, from `resolveLibraries` or `resolveFileLibraries`: for findings on libraries that are
   * missing, unused or of another C library.
   */
  readonly libraries?: LibraryTree;
  /** Is it installed set-user-ID, set-group-ID or with file capabilities? Nothing in the file says so. */
  readonly raisedRights?: boolean;
  /** Look for ELF files in all of its data, which reads the whole file once. Default: only in what follows its end. */
  readonly scan?: boolean;
}
