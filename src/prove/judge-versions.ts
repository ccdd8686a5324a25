import { damage, type ProgramDifference, risk } from "./difference.js";
import type { Pair } from "./pair.js";

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** ld.so takes it for a fault where no loaded library has the name that versions are needed of. */
export function* unneededFiles({ before, after }: Pair): Generator<ProgramDifference> {
  const wasOdd = (file: string): boolean =>
    before.versionNeeds.some((n) => n.file === file) && !before.needed.includes(file);
  for (const { file } of after.versionNeeds) {
    if (after.needed.includes(file) || wasOdd(file)) continue;

    const isOtherPath = after.needed.some((name) => baseName(name) === baseName(file));
    const message = `versions of ${file} are needed, which is none of the needed libraries`;
    yield (isOtherPath ? risk : damage)("versions", file, message);
  }
}
