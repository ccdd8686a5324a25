import type { LibraryTree } from "../resolve/tree.js";
import type { LibcTables, Target } from "../targets/target.js";

export interface DiagnoseOptions {
  /** The system that the file is to run on, from `elfwright/targets`. */
  readonly target?: Target | undefined;
  /**
   * The C libraries' tables, from `elfwright/targets`. Default: the target's. Without tables, `distributions` and
   * `wheelTag` are null.
   */
  readonly tables?: LibcTables | undefined;
  /**
   * What the loader would load, from `resolveLibraries` or `resolveFileLibraries`. Findings on libraries that are
   * missing, unused or of another C library need it.
   */
  readonly libraries?: LibraryTree | undefined;
  /** Is the file installed set-user-ID, set-group-ID or with file capabilities? Nothing in the file says so. */
  readonly raisedRights?: boolean | undefined;
  /**
   * Look for ELF files in all of the file's data, which reads the whole file once. Default: only in what follows the
   * end of the ELF file.
   */
  readonly scan?: boolean | undefined;
}
