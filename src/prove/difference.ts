/**
 * What of a program a difference is about. `old-bytes` are bytes that a moved table has left, and loaded bytes that no
 * section has: nothing but code that looks there itself can read them.
 */
export type ProgramPart =
  | "header"
  | "entry"
  | "interpreter"
  | "needed"
  | "search-path"
  | "soname"
  | "dynamic"
  | "segments"
  | "stack"
  | "relro"
  | "memory"
  | "old-bytes"
  | "symbols"
  | "versions"
  | "hash"
  | "relocations"
  | "notes"
  | "sections"
  | "debug"
  | "symtab"
  | "overlay";

/** One difference between two programs. */
export interface ProgramDifference {
  /**
   * "edit": a value that tools set on purpose, or something for tools that is gone, and all else follows it. "risk":
   * some programs may notice, most do not, and the file does not tell. "damage": it is another program, or none.
   */
  readonly kind: "edit" | "risk" | "damage";
  readonly part: ProgramPart;
  /** The subject: `DT_RUNPATH`, a symbol, a section, or the first address, `0x1040`. */
  readonly at: string;
  /** One sentence: what differs, from what to what. */
  readonly message: string;
}

export const edit = (part: ProgramPart, at: string, message: string): ProgramDifference => ({
  kind: "edit",
  part,
  at,
  message,
});

export const risk = (part: ProgramPart, at: string, message: string): ProgramDifference => ({
  kind: "risk",
  part,
  at,
  message,
});

export const damage = (part: ProgramPart, at: string, message: string): ProgramDifference => ({
  kind: "damage",
  part,
  at,
  message,
});
