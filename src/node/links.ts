import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fail } from "../error.js";
import { onFile } from "./source.js";

/** The target of a symbolic link; undefined for a path that is no link, or cannot be read. */
export function linkTarget(path: string): string | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The file that symbolic links lead to, also where there is none yet: GNU strip and patchelf make the target of a link
 * too. The result takes its name, so it must be a regular file: a device such as `/dev/null` would be replaced by one.
 */
export function realTarget(path: string): string {
  const stats = onFile(path, () => statSync(path, { throwIfNoEntry: false }));
  if (stats && !stats.isFile()) {
    fail("IO", `${path}: this is not a regular file, so no result can take its place`, { path });
  }
  if (stats) return onFile(path, () => realpathSync(path));

  const folder = onFile(path, () => realpathSync(dirname(path)));
  const target = linkTarget(path);
  return target === undefined ? join(folder, basename(path)) : realTarget(resolve(folder, target));
}
