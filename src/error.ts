/**
 * What each error code carries besides its message. Offsets and sizes are in bytes, offsets from the start of the file.
 */
export interface ElfErrorDetails {
  /** The file does not start with `\x7fELF`, or its class, byte order or version is unknown. */
  NOT_ELF: { offset: number };
  /** The input is neither bytes nor a source of bytes. `given` is its `typeof`. */
  BAD_INPUT: { given: string };
  /** A structure reaches past the end of the file. */
  TRUNCATED: { offset: number; length: number; size: number };
  /** A structure contradicts itself or another one; `offset` is where the wrong record, table or string begins. */
  MALFORMED: { offset: number };
  /** A value above 2^53-1 that the library has to calculate with. */
  UNSAFE_INTEGER: { value: bigint };
  /** The file has no PT_DYNAMIC, so there is nothing to edit there. */
  NO_DYNAMIC: { type: number };
  /** The file has no PT_INTERP. */
  NO_INTERPRETER: { type: number };
  /** The file is a static or static-pie program: no loader would read what the edit writes. */
  STATIC: { linkage: string };
  /** The file is the dynamic loader itself. */
  LOADER: Record<string, never>;
  /** The file is a relocatable object (ET_REL). */
  RELOCATABLE: Record<string, never>;
  /** The file is a static library (`ar` archive), not an ELF file; only strip edits apply to its members. */
  ARCHIVE: Record<string, never>;
  /** Bytes follow the end of the ELF file and the rewrite would move or lose them. */
  OVERLAY: { offset: number; size: number };
  /** The section is loaded into memory. */
  LOADED_SECTION: { sections: string[] };
  /** Something that stays in the file uses what would go. */
  STILL_NEEDED: { names: string[] };
  /** The edit is wrong in itself, or two edits contradict each other. */
  BAD_EDIT: { edit: string };
  /** No layout strategy finds room; `tried` has the reasons. */
  NO_ROOM: { tried: string[] };
  /** The rewritten file would break a layout rule that the input keeps. */
  INVARIANT: { rules: string[] };
  /** The tables know no system of that name, or no such release. */
  UNKNOWN_TARGET: { target: string; known: string[] };
  /** The library does not handle this kind of file or this feature. */
  UNSUPPORTED: { what: string };
  /** Reading or writing a file failed. */
  IO: { path?: string; cause?: string };
}

/** All error codes. */
export type ElfErrorCode = keyof ElfErrorDetails;

/** An error with one of these codes: a test of its `code` narrows its `detail`. */
export type ElfErrorOf<C extends ElfErrorCode = ElfErrorCode> = { [K in C]: ElfError<K> }[C];

/**
 * The one error that elfwright throws. `code` is stable and meant to be tested; it decides the type of `detail`.
 *
 * @example
 * try {
 *   patch(bytes, edits);
 * } catch (e) {
 *   if (!isElfError(e, "NO_ROOM")) throw e;
 *   console.error(e.detail.tried);
 * }
 */
export class ElfError<C extends ElfErrorCode = ElfErrorCode> extends Error {
  override readonly name = "ElfError";
  readonly code: C;
  readonly detail: ElfErrorDetails[C];

  constructor(code: C, message: string, detail: ElfErrorDetails[C]) {
    super(`${code}: ${message}`);
    this.code = code;
    this.detail = detail;
  }
}

/**
 * Is `e` an {@link ElfError}, with this code when one is given? The test is by name and code, not by class: a program
 * that loads both the ESM and the CommonJS build has two classes.
 *
 * @example
 * if (isElfError(e, "OVERLAY")) console.log(e.detail.size);
 * if (isElfError(e) && e.code === "NO_ROOM") console.log(e.detail.tried);
 */
export function isElfError<C extends ElfErrorCode = ElfErrorCode>(e: unknown, code?: C): e is ElfErrorOf<C> {
  if (typeof e !== "object" || e === null || !("name" in e) || e.name !== "ElfError" || !("code" in e)) return false;
  return code === undefined || e.code === code;
}

/** Throws an {@link ElfError}. */
export function fail<C extends ElfErrorCode>(code: C, message: string, detail: ElfErrorDetails[C]): never {
  throw new ElfError(code, message, detail);
}

/** Runs work on a part of the file. An {@link ElfError} of it names the part. */
export function within<T>(part: string, work: () => T): T {
  try {
    return work();
  } catch (e) {
    if (!isElfError(e)) throw e;
    return fail(e.code, `${part}: ${e.message.slice(`${e.code}: `.length)}`, e.detail);
  }
}

/** `0x` and the digits: the form of offsets and addresses in all messages. */
export function hex(n: number | bigint): string {
  return n < 0 ? `-0x${(-n).toString(16)}` : `0x${n.toString(16)}`;
}

/**
 * Something that the caller should know and that is no error: an edit that matched nothing, hardening that was lost.
 */
export interface Note {
  /** Stable, for programs. */
  readonly note: NoteCode;
  /** One sentence, for people. */
  readonly message: string;
}

/** All note codes. */
export type NoteCode =
  /** An edit names something that the file does not have. */
  | "NOT_FOUND"
  /** Bytes change that no change in ELF terms tells of. */
  | "UNTOLD"
  /** A version need came along, since ld.so wants it. */
  | "NEED_ADDED"
  /** Several entries became one. */
  | "MERGED"
  /** `.dynamic` left PT_GNU_RELRO and stays writable. */
  | "LEFT_RELRO"
  /** The first segment grew: elfutils then misreads the addresses of a debug file that was split off before. */
  | "FIRST_SEGMENT"
  /** DT_RELACOUNT or DT_RELCOUNT went, and another entry took its place. */
  | "COUNT_DROPPED"
  /** DT_BIND_NOW, DT_SYMBOLIC or DT_TEXTREL went, and another entry took its place; a flag says the same. */
  | "REDUNDANT_DROPPED"
  /** Bytes behind the end of the ELF file were kept, moved or dropped, as the caller had asked. */
  | "OVERLAY"
  /** No section header can be used, so the rewrite went by program headers alone. */
  | "BROKEN_SECTIONS"
  /** Bytes that a move left behind have no section: `strip` would zero them. */
  | "UNCOVERED"
  /** DT_GNU_HASH has all symbols in one bucket, since their order could not change. */
  | "ONE_BUCKET"
  /** Bytes moved up in the file, behind zeros, so that PT_LOADs start at offsets congruent to their addresses. */
  | "REALIGNED"
  /** A member of a static library is no ELF file and stays as it is. */
  | "MEMBER_KEPT"
  /** The file has other hard links. */
  | "HARD_LINKS"
  /** A new file has taken the name, without extended attributes that the old one may have had. */
  | "ATTRIBUTES";
