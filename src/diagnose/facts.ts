import type { ElfFile } from "../image/elf.js";
import type { Tolerant } from "../image/tolerant.js";
import type { LibraryTree } from "../resolve/tree.js";
import type { LibcTables, Target } from "../targets/target.js";
import type { Detected } from "./detect.js";
import type { Export, Import } from "./dynamic-names.js";

/** What the parts of a diagnosis judge: the file, what detection found out about it, and what it is judged against. */
export interface Facts extends Detected {
  readonly elf: ElfFile;
  /** Where a part that cannot be read leaves its reason. */
  readonly tolerant: Tolerant;
  /** The dynamic symbols that other files define, and those that the file defines. Read at first use; empty where they cannot be read. */
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  readonly target: Target | null;
  /** The target's, where no others were given. */
  readonly tables: LibcTables | null;
  readonly libraries: LibraryTree | null;
  /** Is it installed set-user-ID, set-group-ID or with file capabilities? Null where nobody said. */
  readonly raisedRights: boolean | null;
  /** Look for ELF files inside of the file's data, too. */
  readonly scan: boolean;
}
