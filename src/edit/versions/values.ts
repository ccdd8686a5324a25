import type { Edit } from "../family.js";

/** See `setSymbolVersion`. */
export interface SetSymbolVersion extends Edit {
  readonly edit: "setSymbolVersion";
  readonly symbols: readonly string[];
  readonly version: string;
  /**
   * The file that the version is needed of; null for the file of the symbol's present version, or for the only file of
   * which the version is needed.
   */
  readonly file: string | null;
}

/** See `clearSymbolVersion`. */
export interface ClearSymbolVersion extends Edit {
  readonly edit: "clearSymbolVersion";
  readonly symbols: readonly string[];
}

/** See `addVersionNeed`. */
export interface AddVersionNeed extends Edit {
  readonly edit: "addVersionNeed";
  readonly file: string;
  readonly version: string;
  readonly symbols: readonly string[];
  readonly weak: boolean;
}

/** See `removeVersionNeed`. */
export interface RemoveVersionNeed extends Edit {
  readonly edit: "removeVersionNeed";
  readonly file: string;
  readonly versions: readonly string[];
  readonly uses: "refuse" | "drop" | "weaken";
}

/** See `weakenVersionNeed`. */
export interface WeakenVersionNeed extends Edit {
  readonly edit: "weakenVersionNeed";
  readonly file: string;
  readonly versions: readonly string[];
}

export type VersionEdit =
  SetSymbolVersion | ClearSymbolVersion | AddVersionNeed | RemoveVersionNeed | WeakenVersionNeed;
