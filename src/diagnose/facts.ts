import type { ElfFile } from "../image/elf.js";
import type { Tolerant } from "../image/tolerant.js";
import type { LibraryTree } from "../resolve/tree.js";
import type { LibcTables, Target } from "../targets/target.js";
import { detect, type Detected } from "./detect/detect.js";
import type { DiagnoseOptions } from "./options.js";
import { type DiagnosedSubject, subjectOf } from "./subject.js";

/** What the parts of a diagnosis judge: the file, what detection found out about it, and what it is judged against. */
export interface Facts extends DiagnosedSubject, Detected {
  readonly target: Target | null;
  /** The target's, where no others were given. */
  readonly tables: LibcTables | null;
  readonly libraries: LibraryTree | null;
  /** Is it installed set-user-ID, set-group-ID or with file capabilities? Null where nobody said. */
  readonly raisedRights: boolean | null;
  /** Look for ELF files inside of the file's data, too. */
  readonly scan: boolean;
}

/** Detects what there is to know of a file. */
export function factsOf(
  elf: ElfFile,
  tolerant: Tolerant,
  { target, tables, libraries, raisedRights, scan }: DiagnoseOptions = {},
): Facts {
  const subject = subjectOf(elf, tolerant);
  const { hasContents, interpreter, needed, findExport } = subject;
  return {
    elf,
    tolerant,
    hasContents,
    interpreter,
    needed,
    findExport,
    ...detect(subject),
    target: target ?? null,
    tables: tables ?? target?.tables ?? null,
    libraries: libraries ?? null,
    raisedRights: raisedRights ?? null,
    scan: scan ?? false,
    get imports() {
      return subject.imports;
    },
    get exports() {
      return subject.exports;
    },
  };
}
