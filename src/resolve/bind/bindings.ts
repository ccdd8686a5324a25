import type { LoadedObject } from "../tree.js";

/**
 * By which rule a definition serves. "default": it is the public one of its version, or of its name. "hidden": an older
 * version (`name@VERSION`) that the reference asks for. "oldest": an older version that an unversioned reference gets
 * all the same. "base": without version, in an object that defines versions. "unversioned": in an object that defines
 * none.
 */
export type BoundBy = "default" | "hidden" | "oldest" | "base" | "unversioned";

/** One reference, and the definition that it is bound to. */
export interface Binding {
  readonly from: LoadedObject;
  readonly symbol: string;
  /** The version asked for, null for none. */
  readonly version: string | null;
  readonly provider: LoadedObject;
  /** The version of the definition, null for none. */
  readonly providerVersion: string | null;
  readonly how: BoundBy;
  /** A weak reference: it may stay unbound. */
  readonly weak: boolean;
  /** It fills the program's own copy of the object (R_*_COPY). */
  readonly copy: boolean;
  /** False for an undefined symbol that no relocation uses: a loader never looks it up. */
  readonly relocated: boolean;
  /** musl: the name of the definition, where it is another one (`open` for `open64`). */
  readonly alias: string | null;
}

/** A reference that nothing in the tree defines. */
export interface UnboundSymbol {
  readonly from: LoadedObject;
  readonly symbol: string;
  readonly version: string | null;
  /** The file that the version is needed of. */
  readonly file: string | null;
  readonly weak: boolean;
  readonly relocated: boolean;
  /** As the loader says it: `undefined symbol: foo, version V1`, `foo: symbol not found`. */
  readonly message: string;
}

/** A reference that the host program satisfies. */
export interface HostBinding {
  readonly from: LoadedObject;
  readonly symbol: string;
  readonly version: string | null;
  readonly weak: boolean;
  /** The object of the tree that has it too, but stands behind the host; null for none. */
  readonly insteadOf: LoadedObject | null;
}

/** What ld.so says of a version before it binds anything. */
export interface VersionError {
  /** The object that needs the version. */
  readonly from: LoadedObject;
  /** The object that should have it; null where it is about `from` alone. */
  readonly provider: LoadedObject | null;
  /** Null where it is not about one. */
  readonly version: string | null;
  /**
   * "missing": the object defines versions, but not this one; "weak": so, but a weak need; "no-versions": the object
   * defines none (ld.so only warns); "inconsistency": ld.so stops with a failed assertion; "relr": DT_RELR without a
   * need of GLIBC_ABI_DT_RELR.
   */
  readonly kind: "missing" | "weak" | "no-versions" | "inconsistency" | "relr";
  /** Does ld.so stop here? */
  readonly fatal: boolean;
  /** ld.so's own words. */
  readonly message: string;
}

/** What every symbol of a tree is bound to. */
export interface SymbolBindings {
  /** By object in the order of the tree, then by index of the symbol. */
  readonly bindings: readonly Binding[];
  /** References for which the loader stops: at start with BIND_NOW, else at the first use. */
  readonly missing: readonly UnboundSymbol[];
  /** Those with which it goes on: weak ones, and undefined symbols that no relocation uses. */
  readonly tolerated: readonly UnboundSymbol[];
  readonly hostProvided: readonly HostBinding[];
  /** glibc only: musl does not look at versions. */
  readonly versionErrors: readonly VersionError[];
  /** Objects that cannot be read, and why: they define nothing here. */
  readonly problems: readonly { readonly object: LoadedObject; readonly message: string }[];
}
