import { must } from "../support/run.js";
import type { PolicySource } from "./sources.js";

/**
 * The tag that auditwheel gives one file for x86-64, worked out from its policy file and from what objdump prints: the
 * best policy by versions, by libraries and by forbidden symbols each, and of these the worst. (auditwheel:
 * policy/__init__.py, wheel_abi.py, elfutils.py.)
 */
export function auditwheelTag(path: string, all: readonly PolicySource[], machine = "x86_64"): string {
  const text = must("objdump", ["-p", path]);
  const needed = [...text.matchAll(/^ +NEEDED +(\S+)$/gm)].map((m) => m[1]!);
  const undefinedNames = new Set(
    must("objdump", ["-T", path])
      .split("\n")
      .filter((l) => l.includes("*UND*"))
      .map((l) => l.split(" ").at(-1)!),
  );
  const required = new Map<string, Set<string>>();
  let file = "";

  for (const line of text.slice(Math.max(0, text.indexOf("Version References:"))).split("\n")) {
    file = /required from (\S+):/.exec(line)?.[1] ?? file;
    const version = /^ +0x[0-9a-f]+ 0x[0-9a-f]+ \d+ (\S+)$/.exec(line)?.[1];
    if (version === undefined || file.startsWith("ld-linux") || file === "ld64.so.2" || file === "ld64.so.1") continue;
    const family = version.split("_")[0]!;
    required.set(family, (required.get(family) ?? new Set()).add(version));
  }

  const policies = all.filter((p) => p.symbol_versions[machine]);
  const highest = (fits: (p: PolicySource) => boolean) => Math.max(0, ...policies.filter(fits).map((p) => p.priority));
  const bySymbols = highest((p) =>
    Object.entries(p.symbol_versions[machine]!).every(([family, versions]) =>
      [...(required.get(family) ?? [])].every((v) => versions.some((allowed) => v === `${family}_${allowed}`)),
    ),
  );
  const exempt = (l: string) =>
    l.includes("ld-linux") || l === "ld64.so.2" || l === "ld64.so.1" || /^libpython\d+\.\d+m?.so(.\d)*$/.test(l);
  const byLibraries = highest((p) => needed.every((l) => exempt(l) || p.lib_whitelist.includes(l)));
  const byBlacklist = highest((p) => needed.every((l) => (p.blacklist[l] ?? []).every((s) => !undefinedNames.has(s))));
  const priority = Math.min(bySymbols, byLibraries, byBlacklist);

  return `${policies.find((p) => p.priority === priority)?.name ?? "linux"}_${machine}`;
}
