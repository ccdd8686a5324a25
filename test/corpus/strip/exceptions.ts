/** What a comparison is about; a failure begins with one of these. */
export type Kind = "sections" | "symbols" | "size" | "refused";

export interface Exception {
  /** Matches the file's path below the corpus. */
  readonly file: RegExp;
  /** The wishes that it holds for; all where absent. */
  readonly wishes?: readonly string[];
  readonly kind: Kind;
  readonly reason: string;
}

/** Where our result differs from the other strip's on purpose: each file by name, with the reason. One that nothing needs is reported, so that none outlives its reason. */
export const EXCEPTIONS: readonly Exception[] = [];

export const exceptionFor = (file: string, wish: string, kind: string): Exception | undefined =>
  EXCEPTIONS.find((e) => e.file.test(file) && e.kind === kind && (e.wishes === undefined || e.wishes.includes(wish)));
