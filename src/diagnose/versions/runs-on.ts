import { knownLoader } from "../../spec/known-loaders.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import { compareVersions } from "../../spec/version-names.js";
import type { LibcTables } from "../../targets/target.js";
import { isForLinux } from "../detect/system.js";
import type { Facts } from "../facts.js";
import { privateLoader } from "./private-loader.js";
import { glibcLacks, mayHaveOthers } from "./retargeted.js";
import type { VersionUse } from "./version-uses.js";

/** Versions that belong to one build of glibc, or that stand for something which the tables do not date. */
export const isUndated = (u: VersionUse): boolean =>
  u.family === "GLIBC" && !u.weak && !u.numeric && u.name !== "GLIBC_ABI_DT_RELR";

/** Is there a C library for the machine? */
const isLinuxMachine = ({ elf }: Facts): boolean => (cardOf(LOADING, elf.header.machine)?.abis ?? null) !== null;

/** Ids of the distributions whose C library suffices; null where nobody can tell. */
export function distributionsFor(
  facts: Facts,
  uses: readonly VersionUse[],
  required: Readonly<Record<string, string>>,
  tables: LibcTables,
): string[] | null {
  const { linkage, libc, interpreter, needed, hasContents } = facts;
  const all = () => tables.distributions.map((d) => d.id);
  const having = (wanted: "glibc" | "musl", version: string) =>
    tables.distributions.filter((d) => d.libc === wanted && compareVersions(d.version, version) >= 0).map((d) => d.id);

  if (linkage === "relocatable" || linkage === "other" || !hasContents) return null;
  const forLinux = isForLinux(facts, interpreter);
  if (forLinux !== true) return forLinux === null ? null : [];
  if (linkage === "loader" || !isLinuxMachine(facts) || privateLoader(facts) !== null) return null;

  if (linkage === "static" || linkage === "static-pie") return all();

  if (libc === "glibc") {
    if (glibcLacks(facts, tables).never.length > 0) return mayHaveOthers(facts) ? null : [];
    return uses.some(isUndated) ? null : having("glibc", required["glibc"] ?? "0");
  }
  if (libc === "musl") return having("musl", required["musl"] ?? "0");
  if (libc === "unknown") return null;
  // No distribution of the tables has bionic, uClibc, dietlibc or klibc for its C library.
  if (libc !== "none") return [];

  // A file without a C library still needs the loader that it names.
  if (interpreter === null) return needed.length === 0 ? all() : null;
  const loader = knownLoader(interpreter)?.libc;
  return loader === "glibc" || loader === "musl" ? having(loader, "0") : null;
}
