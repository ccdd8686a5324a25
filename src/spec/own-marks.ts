/** Name of the section for bytes that a move left behind. `strip` keeps them, since they have a section. */
export const COVER_NAME = ".elfwright.old";

/**
 * The same, for bytes whose address code may hold (the program's own notes, `_DYNAMIC`). Nothing is ever written over
 * them.
 */
export const KEPT_NAME = ".elfwright.kept";

/**
 * A new segment begins with this mark, before its first table. The mark tells a later patch whose segment it is, also
 * without section headers.
 *
 * The mark is no table, and llvm-strip needs that: it takes a program header (PT_INTERP) that begins where a PT_LOAD
 * begins, and stands before it in the table, for the parent of the PT_LOAD, and aligns the PT_LOAD by the parent's
 * p_align.
 */
export const MARK = "elfwright:tables";

/** Names of version tables that no tag leads to any more. Their sections only keep the bytes. */
export const RETIRED_NAMES: readonly string[] = ["gnu.version", "gnu.version_r"];
