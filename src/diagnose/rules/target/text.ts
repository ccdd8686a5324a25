import { zigTarget } from "../../../spec/machine-names.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { machineOf } from "../../versions/symbol-floor.js";
import type { VersionUse } from "../../versions/version-uses.js";

const SHOWN = 8;

/** Names for a sentence; all of them are in the finding's `names`. */
export function some(names: readonly string[]): string {
  if (names.length <= SHOWN) return names.join(", ");
  return `${names.slice(0, SHOWN - 1).join(", ")} and ${names.length - SHOWN + 1} more`;
}

/** `glibc 2.17`, `CentOS 7 (glibc 2.17)`. */
export function systemOf(t: Target): string {
  const name = t.tables.distributions.find((d) => d.id === t.name)?.name;
  const libc = `${t.libc} ${t.version}`;
  return name === undefined ? libc : `${name} (${libc})`;
}

/** `dlopen@GLIBC_2.34` of each symbol that is bound to a version; where there is none, the version. */
export const boundNames = (u: VersionUse): string[] =>
  u.symbols.length > 0 ? u.symbols.map((s) => `${s}@${u.name}`) : [u.name];

/** `GLIBC_2.34 (dlopen, dlsym)`. */
export const shownUse = (u: VersionUse): string => (u.symbols.length > 0 ? `${u.name} (${some(u.symbols)})` : u.name);

/** How to build for an older glibc, in the words of the file's language. */
export function buildForGlibc(f: Facts, t: Target): string {
  const system = `on a system with glibc ${t.version} or older`;
  const triple = zigTarget(machineOf(f));
  const zig = triple && `zig cc -target ${triple}.${t.version}`;

  if (f.language === "go") {
    return (
      "Build with CGO_ENABLED=0, which needs no C library, if nothing in the program is written in C; " +
      `else build ${system}${zig ? `, or with CC="${zig}"` : ""}`
    );
  }
  if (f.language === "rust") {
    return (
      `Build ${system}, with \`cargo zigbuild\` for a target that ends in \`-gnu.${t.version}\`, ` +
      "or for the `-musl` target, which links statically"
    );
  }
  return `Build it ${system} (an image of that release${imageOf(t)})${zig ? `, or with \`${zig}\`` : ""}`;
}

/** Images whose purpose is an old glibc with a new compiler. */
function imageOf(t: Target): string {
  if (t.version === "2.17") return "; manylinux2014 has a newer compiler";
  if (t.version !== "2.28" && t.version !== "2.34") return "";
  return `; manylinux_${t.version.replace(".", "_")} has a newer compiler`;
}
