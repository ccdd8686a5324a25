/** One side of a change, safe for JSON. Null where nothing is on that side. */
export type ChangeValue = string | number | boolean | null;

/** The names that say which thing of a part has changed. */
interface ChangeNames {
  /** `DT_RUNPATH`. */
  readonly tag: string;
  /** The file of which a version is needed. */
  readonly file: string;
  /**
   * The section, program header type, version, symbol, note or property type, relocation type, or fact of the security
   * summary.
   */
  readonly name: string;
  /** Which of several program headers or tags of this name, where it is not the first. */
  readonly occurrence: number;
  /** Which field of it has changed; missing where the thing itself came, went or changed. */
  readonly field: string;
}

/** A change of one part: the names that it always has, and those that it may have. All others read as `undefined`. */
type ChangeOf<
  At extends string,
  Always extends keyof ChangeNames = never,
  Maybe extends keyof ChangeNames = never,
> = Pick<ChangeNames, Always> &
  Partial<Pick<ChangeNames, Maybe>> & { readonly [K in Exclude<keyof ChangeNames, Always | Maybe>]?: undefined } & {
    /** The part of the file. */
    readonly at: At;
    /** The member of a static library; a second one of the same name has ` (2)` behind it. */
    readonly member?: string;
    readonly from: ChangeValue;
    readonly to: ChangeValue;
  };

/** One difference between two files, in ELF terms. `at` says which names it has. */
export type Change =
  | ChangeOf<"header", "field">
  | ChangeOf<"interpreter" | "symbols" | "buildId" | "size">
  | ChangeOf<"overlay", never, "field">
  | ChangeOf<"dynamic", "tag", "occurrence" | "field">
  | ChangeOf<"versionNeeds", never, "file" | "name" | "field">
  | ChangeOf<"versionDefinitions">
  | ChangeOf<"sections", "name", "field">
  | ChangeOf<"segments", "name", "occurrence" | "field">
  | ChangeOf<"dynamicSymbols", never, "name" | "field">
  | ChangeOf<"notes", "name", "field">
  | ChangeOf<"relocations" | "security", "name">;

type WithoutSides<C> = C extends Change ? Omit<C, "from" | "to"> : never;

/** What has changed, without its two sides. */
export type ChangeSubject = WithoutSides<Change>;

/** The change of one value, if it is one. */
export function* changed(subject: ChangeSubject, from: ChangeValue, to: ChangeValue): Generator<Change> {
  if (from !== to) yield { ...subject, from, to } as Change;
}
