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
}
