import { lstatSync, readlinkSync } from "node:fs";

/** The target of a symbolic link; undefined for what is none, or cannot be read. */
export function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
