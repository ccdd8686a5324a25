import type { BuildSymbol } from "./parts.js";

/** What the dynamic section and its tables say: the options of `buildElf` with their defaults filled in. */
export interface DynamicOptions {
  readonly type: number;
  readonly machine: number;
  readonly interpreter: string | null;
  readonly needed: readonly string[];
  readonly soname: string | null;
  readonly runpath: string | null;
  readonly rpath: string | null;
  readonly hash: "gnu" | "sysv" | "both" | "none";
  readonly symbols: readonly BuildSymbol[];
  readonly versionNeeds: readonly BuildVersionNeed[];
  readonly versions: readonly BuildVersionDefinition[];
  readonly relocations: readonly BuildRelocation[];
  /** Functions whose addresses stand in .init_array. */
  readonly initArray: readonly string[];
  readonly tags: readonly { readonly tag: number; readonly value: number | bigint }[];
  readonly spareTags: number;
  readonly got: boolean;
  readonly dynstrLast: boolean;
}

/** The versions that the file needs of one other file. */
export interface BuildVersionNeed {
  readonly file: string;
  readonly versions: readonly string[];
  /** Those of `versions` that may be missing (VER_FLG_WEAK). */
  readonly weak?: readonly string[];
}

/** A version that the file defines. */
export interface BuildVersionDefinition {
  readonly name: string;
  /** The versions it builds on. */
  readonly parents?: readonly string[];
}

/** A dynamic relocation of a word in .data: the first relocation is of the first word, and so on. */
export interface BuildRelocation {
  /** The dynamic symbol's name. Default: none. */
  readonly symbol?: string;
  /** r_type. Default: 1, a word-sized absolute address on many machines. */
  readonly type?: number;
  /** r_addend, where the machine has it in the table. Default: 0. */
  readonly addend?: number;
}

export const baseName = (options: DynamicOptions): string => options.soname ?? "a.out";
