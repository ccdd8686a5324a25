import type { LibraryTree } from "../resolve/tree.js";
import type { LibcTables, Target } from "../targets/target.js";
import type { Detected } from "./detect.js";
import type { Subject } from "./subject.js";

/** What the parts of a diagnosis judge: the file, what detection found out about it, and what it is judged against. */
export interface Facts extends Subject, Detected {
  readonly target: Target | null;
  /** The target's, where no others were given. */
  readonly tables: LibcTables | null;
  readonly libraries: LibraryTree | null;
  /** Is it installed set-user-ID, set-group-ID or with file capabilities? Null where nobody said. */
  readonly raisedRights: boolean | null;
  /** Look for ELF files inside of the file's data, too. */
  readonly scan: boolean;
}
