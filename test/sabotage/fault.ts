/** The part of the sources that a fault is in. */
export type Area = "edit" | "tables" | "layout" | "pieces" | "passes" | "strip" | "archive";

/** A slip in the sources, as a text of one file that becomes another. */
export interface Fault {
  readonly id: string;
  readonly area: Area;
  /** One sentence. */
  readonly about: string;
  /** The path of the file. */
  readonly file: string;
  /** The text, which stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Are bytes of the output wrong, or is a test left out that keeps them right? */
  readonly kind: "bytes" | "skipped check";
  /** The unit test that stops it, where nothing does at run time. */
  readonly test?: string;
  /** Why nothing can stop it at run time. */
  readonly reason?: string;
}

/** The text of a file with the fault in it. */
export function sabotaged({ id, file, find, replace }: Fault, text: string): string {
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${id}: ${file} has its text ${parts.length - 1} times, not once`);
  return parts.join(replace);
}
