/**
 * The note on a file's name that a new file gets: Node cannot read what that one lacks. On stderr it stands once a run.
 */
export const ATTRIBUTES = {
  note: "ATTRIBUTES",
  message: "the new file has none of the old one's extended attributes and ACLs; --in-place keeps them",
};

/**
 * Standard error without {@link ATTRIBUTES}, which says nothing of the file at hand. test/cli/attributes.test.ts
 * holds when it is there.
 */
export const withoutAttributes = (stderr: string): string => stderr.replace(`elfwright: ${ATTRIBUTES.message}\n`, "");
