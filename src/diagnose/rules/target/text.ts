import { zigTarget } from "../../../spec/machine-names.js";
import type { Target } from "../../../targets/target.js";
import type { Facts } from "../../facts.js";
import { machineOf } from "../../versions/symbol-floor.js";
import type { VersionUse } from "../../versions/version-uses.js";

const SHOWN = 8;

/** Names for a sentence. The finding's `names` has all of them. */
export function firstNames(names: readonly string[]): string {
  if (names.length <= SHOWN) return names.join(", ");
  return `${names.slice(0, SHOWN - 1).join(", ")} and ${names.length - SHOWN + 1} more`;
}

/** `glibc 2.17`, `CentOS 7 (glibc 2.17)`. */
export function systemOf(target: Target): string {
  const name = target.tables.distributions.find((d) => d.id === target.name)?.name;
  const libc = `${target.libc} ${target.version}`;
  return name === undefined ? libc : `${name} (${libc})`;
}

/** `dlopen@GLIBC_2.34` for each symbol that is bound to the version; the version alone if there is none. */
export const boundNames = ({ name, symbols }: VersionUse): string[] =>
  symbols.length > 0 ? symbols.map((symbol) => `${symbol}@${name}`) : [name];

/** `GLIBC_2.34 (dlopen, dlsym)`. */
export const shownUse = ({ name, symbols }: VersionUse): string =>
  symbols.length > 0 ? `${name} (${firstNames(symbols)})` : name;

/** How to build for an older glibc, in the words of the file's language. */
export function buildForGlibc(facts: Facts, target: Target): string {
  const system = `on a system with glibc ${target.version} or older`;
  const triple = zigTarget(machineOf(facts));
  const zig = triple && `zig cc -target ${triple}.${target.version}`;

  if (facts.language === "go") {
    const orZig = zig ? `, or with CC="${zig}"` : "";
    return (
      "Build with CGO_ENABLED=0, which needs no C library, if nothing in the program is written in C; " +
      `else build ${system}${orZig}`
    );
  }

  if (facts.language === "rust") {
    return (
      `Build ${system}, with \`cargo zigbuild\` for a target that ends in \`-gnu.${target.version}\`, ` +
      "or for the `-musl` target, which links statically"
    );
  }

  const orZig = zig ? `, or with \`${zig}\`` : "";
  return `Build it ${system} (an image of that release${imageOf(target)})${orZig}`;
}

/** Images made for building with a new compiler against an old glibc. */
function imageOf(target: Target): string {
  if (target.version === "2.17") return "; manylinux2014 has a newer compiler";
  if (target.version !== "2.28" && target.version !== "2.34") return "";
  return `; manylinux_${target.version.replace(".", "_")} has a newer compiler`;
}
