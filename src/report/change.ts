/** A side of a change: JSON-safe. Null where there is nothing on that side. */
export type ChangeValue = string | number | boolean | null;

/** One difference between two files, in ELF terms. */
export interface Change {
  /** The member of a static library; a second one of the same name has ` (2)` behind it. */
  readonly member?: string;
  /** The part of the file. */
  readonly at:
    | "header"
    | "interpreter"
    | "dynamic"
    | "versionNeeds"
    | "versionDefinitions"
    | "sections"
    | "segments"
    | "symbols"
    | "dynamicSymbols"
    | "notes"
    | "relocations"
    | "security"
    | "buildId"
    | "overlay"
    | "size";
  /** `DT_RUNPATH`, where `at` is "dynamic". */
  readonly tag?: string;
  /** The file of which a version is needed, where `at` is "versionNeeds". */
  readonly file?: string;
  /**
   * The section, program header type, version, symbol, note or property type, relocation type, or fact of the security
   * summary.
   */
  readonly name?: string;
  /** Which of several program headers, sections or tags of this name it is, where it is not the first. */
  readonly occurrence?: number;
  /** What of it changed, where it is not the thing itself. */
  readonly field?: string;
  readonly from: ChangeValue;
  readonly to: ChangeValue;
}

export type ChangeSubject = Omit<Change, "from" | "to">;

/** The change of one value, if it is one. */
export function* changed(subject: ChangeSubject, from: ChangeValue, to: ChangeValue): Generator<Change> {
  if (from !== to) yield { ...subject, from, to };
}
