import type { ElfFile } from "../image/elf.js";
import type { Tolerant } from "../image/tolerant.js";
import type { LibraryTree } from "../resolve/tree.js";
import type { LibcTables, Target } from "../targets/target.js";
import { detect, type Detected } from "./detect/detect.js";
import type { DiagnoseOptions } from "./options.js";
import { type DiagnosedSubject, subjectOf } from "./subject.js";

/** What the parts of a diagnosis judge: the file, what detection found out about it, and what to judge it against. */
export interface Facts extends DiagnosedSubject, Detected {
  readonly target: Target | null;
  /** The tables that were given, or else the target's. */
  readonly tables: LibcTables | null;
  readonly libraries: LibraryTree | null;
  /** Is the file installed set-user-ID, set-group-ID or with file capabilities? Null where the caller did not say. */
  readonly raisedRights: boolean | null;
  /** Look for ELF files in all of the file's data, too. */
  readonly scan: boolean;
}

/** Detects what there is to know about a file. */
export function factsOf(
  elf: ElfFile,
  tolerant: Tolerant,
  { target, tables, libraries, raisedRights, scan }: DiagnoseOptions = {},
): Facts {
  const subject = subjectOf(elf, tolerant);
  const { hasContents, interpreter, needed, findExport } = subject;

  // Getters, so that the symbols are read only when somebody asks for them.
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
