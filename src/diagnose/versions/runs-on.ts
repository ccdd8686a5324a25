import { knownLoader } from "../../spec/known-loaders.js";
import { compareVersions } from "../../spec/version-names.js";
import type { LibcTables } from "../../targets/target.js";
import type { Facts } from "../facts.js";
import { lacks, mayHaveOthers } from "./retargeted.js";
import type { VersionUse } from "./version-uses.js";

/** Versions that belong to one build of glibc, or to something that the tables do not date. */
export const isUndated = (u: VersionUse): boolean =>
  u.family === "GLIBC" && !u.weak && !u.numeric && u.name !== "GLIBC_ABI_DT_RELR";

/** Ids of the distributions whose C library suffices; null where it cannot be told. */
export function distributionsFor(
  f: Facts,
  uses: readonly VersionUse[],
  required: Readonly<Record<string, string>>,
  tables: LibcTables,
): string[] | null {
  const suffices = (libc: "glibc" | "musl", version: string) =>
    tables.distributions.filter((d) => d.libc === libc && compareVersions(d.version, version) >= 0).map((d) => d.id);
  if (f.linkage === "static" || f.linkage === "static-pie") return tables.distributions.map((d) => d.id);
  if (f.linkage === "relocatable" || f.linkage === "loader" || f.linkage === "other" || !f.hasContents) return null;
  if (f.libc === "glibc" && lacks(f, tables).never.length > 0) return mayHaveOthers(f) ? null : [];
  if (f.libc === "glibc") return uses.some(isUndated) ? null : suffices("glibc", required["glibc"] ?? "0");
  if (f.libc === "musl") return suffices("musl", required["musl"] ?? "0");
  if (f.libc === "unknown") return null;
  if (f.libc !== "none") return [];
  if (f.interpreter === null) return f.needed.length === 0 ? tables.distributions.map((d) => d.id) : null;

  const libc = knownLoader(f.interpreter)?.libc;
  return libc === "glibc" || libc === "musl" ? suffices(libc, "0") : null;
}
