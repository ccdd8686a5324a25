import { lstatSync, readlinkSync } from "node:fs";

/** The target of a symbolic link; undefined for a path that is no link, or cannot be read. */
export function linkTarget(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}
