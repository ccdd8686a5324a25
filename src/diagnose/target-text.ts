import { zigTarget } from "../spec/machine-names.js";
import type { Target } from "../targets/target.js";
import type { Facts } from "./facts.js";
import { machineOf } from "./versions/symbol-floor.js";

const SHOWN = 8;

/** Names for a sentence; all of them are in the finding's `names`. */
export const some = (names: readonly string[]): string => (names.length <= SHOWN ? names.join(", ") : `${names.slice(0, SHOWN - 1).join(", ")} and ${names.length - SHOWN + 1} more`);

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** `glibc 2.17`, `CentOS 7 (glibc 2.17)`. */
export function systemOf(t: Target): string {
  const name = t.tables.distributions.find((d) => d.id === t.name)?.name, libc = `${t.libc} ${t.version}`;
  return name === undefined ? libc : `${name} (${libc})`;
}

/** How to build for an older glibc, in the words of the file's language. */
export function buildForGlibc(f: Facts, t: Target): string {
  const triple = zigTarget(machineOf(f));
  const zig = triple === undefined ? "" : `, or with \`zig cc -target ${triple}.${t.version}\``;
  if (f.language === "go") return `Build with CGO_ENABLED=0, which needs no C library, if nothing in the program is written in C; else build on a system with glibc ${t.version} or older${zig && `, or with CC="zig cc -target ${triple}.${t.version}"`}`;
  if (f.language === "rust") return `Build on a system with glibc ${t.version} or older, with \`cargo zigbuild\` for a target that ends in \`-gnu.${t.version}\`, or for the \`-musl\` target, which links statically`;
  return `Build it on a system with glibc ${t.version} or older (an image of that release${imageOf(t)})${zig}`;
}

/** Images whose purpose is an old glibc with a new compiler. */
const imageOf = (t: Target): string => (t.version === "2.17" ? "; manylinux2014 has a newer compiler" : t.version === "2.28" || t.version === "2.34" ? `; manylinux_${t.version.replace(".", "_")} has a newer compiler` : "");
