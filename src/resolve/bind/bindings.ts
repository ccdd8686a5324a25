import type { LoadedObject } from "../tree.js";

/**
 * The rule by which a definition serves. "default": the public definition of its version, or of its name. "hidden": an
 * older version (`name@VERSION`) that the reference asks for. "oldest": an older version that an unversioned reference
 * gets all the same. "base": a definition without version, in an object that defines versions. "unversioned": a
 * definition in an object that defines none.
 */
export type BoundBy = "default" | "hidden" | "oldest" | "base" | "unversioned";

/** One reference and the definition that it is bound to. */
export interface Binding {
  readonly from: LoadedObject;
  readonly symbol: string;
  /** The version that is asked for, null for none. */
  readonly version: string | null;
  readonly provider: LoadedObject;
  /** The version of the definition, null for none. */
  readonly providerVersion: string | null;
  readonly how: BoundBy;
  /** A weak reference may stay unbound. */
  readonly weak: boolean;
  /** The definition fills the program's own copy of the object (R_*_COPY). */
  readonly copy: boolean;
  /** False for an undefined symbol that no relocation uses: a loader never looks it up. */
  readonly relocated: boolean;
  /** musl: the name of the definition where it differs (`open` for `open64`). */
  readonly alias: string | null;
}

/** A reference that nothing in the tree defines. */
export interface UnboundSymbol {
  readonly from: LoadedObject;
  readonly symbol: string;
  readonly version: string | null;
  /** The file that should have the version; null for none. */
  readonly file: string | null;
  readonly weak: boolean;
  readonly relocated: boolean;
  /** In the loader's words: `undefined symbol: foo, version V1`, `foo: symbol not found`. */
  readonly message: string;
}

/** A reference that the host program satisfies. */
export interface HostBinding {
  readonly from: LoadedObject;
  readonly symbol: string;
  readonly version: string | null;
  readonly weak: boolean;
  /** The object of the tree that defines it too, but stands behind the host; null for none. */
  readonly insteadOf: LoadedObject | null;
}

/** What ld.so says about a version before it binds anything. */
export interface VersionError {
  /** The object that needs the version. */
  readonly from: LoadedObject;
  /** The object that should have it; null if the error is about `from` alone. */
  readonly provider: LoadedObject | null;
  /** Null if the error is not about one version. */
  readonly version: string | null;
  /**
   * "missing": the object defines versions, but not this one. "weak": the same for a weak need. "no-versions": the
   * object defines no versions (ld.so only warns). "inconsistency": ld.so stops with a failed assertion. "relr":
   * DT_RELR without a need of GLIBC_ABI_DT_RELR.
   */
  readonly kind: "missing" | "weak" | "no-versions" | "inconsistency" | "relr";
  /** Does ld.so stop here? */
  readonly fatal: boolean;
  /** ld.so's own words. */
  readonly message: string;
}

/** What every symbol of a tree is bound to. */
export interface SymbolBindings {
  /** In the order of the tree's objects, then of the symbols' indexes. */
  readonly bindings: readonly Binding[];
  /** References for which the loader stops: at start with BIND_NOW, else at the first use. */
  readonly missing: readonly UnboundSymbol[];
  /** References without which the loader goes on: weak ones, and undefined symbols that no relocation uses. */
  readonly tolerated: readonly UnboundSymbol[];
  readonly hostProvided: readonly HostBinding[];
  /** glibc only: musl does not look at versions. */
  readonly versionErrors: readonly VersionError[];
  /** Objects that cannot be read, and why. They define nothing here. */
  readonly problems: readonly { readonly object: LoadedObject; readonly message: string }[];
}
