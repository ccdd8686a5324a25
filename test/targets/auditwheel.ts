import { must } from "../support/run.js";
import type { PolicySource } from "./sources.js";

const LOADERS_WITH_NUMBER = ["ld64.so.2", "ld64.so.1"];
const PYTHON = /^libpython\d+\.\d+m?.so(.\d)*$/;

/** Versions that a file needs, by family, as `objdump -p` lists them; those of the loader do not count. */
function requiredVersions(text: string): Map<string, Set<string>> {
  const references = text.slice(Math.max(0, text.indexOf("Version References:")));
  const required = new Map<string, Set<string>>();
  let file = "";

  for (const line of references.split("\n")) {
    file = /required from (\S+):/.exec(line)?.[1] ?? file;
    if (file.startsWith("ld-linux") || LOADERS_WITH_NUMBER.includes(file)) continue;

    const version = /^ +0x[0-9a-f]+ 0x[0-9a-f]+ \d+ (\S+)$/.exec(line)?.[1];
    if (version === undefined) continue;

    const family = version.split("_")[0]!;
    required.set(family, (required.get(family) ?? new Set()).add(version));
  }

  return required;
}

function undefinedSymbols(path: string): Set<string> {
  const lines = must("objdump", ["-T", path]).split("\n");
  return new Set(lines.filter((line) => line.includes("*UND*")).map((line) => line.split(" ").at(-1)!));
}

/** Libraries that every policy allows. */
const isExempt = (library: string): boolean =>
  library.includes("ld-linux") || LOADERS_WITH_NUMBER.includes(library) || PYTHON.test(library);

/**
 * The tag that auditwheel gives one file for x86-64, worked out from its policy file and from what objdump prints: the
 * best policy by versions, by libraries and by forbidden symbols each, and of these the worst. (auditwheel:
 * policy/__init__.py, wheel_abi.py, elfutils.py.)
 */
export function auditwheelTag(path: string, all: readonly PolicySource[], machine = "x86_64"): string {
  const text = must("objdump", ["-p", path]);
  const needed = [...text.matchAll(/^ +NEEDED +(\S+)$/gm)].map(([, library]) => library!);
  const required = requiredVersions(text);
  const undefinedNames = undefinedSymbols(path);
  const policies = all.filter((policy) => policy.symbol_versions[machine]);

  const allowsVersions = (policy: PolicySource) =>
    Object.entries(policy.symbol_versions[machine]!).every(([family, versions]) => {
      const allowed = new Set(versions.map((version) => `${family}_${version}`));
      return [...(required.get(family) ?? [])].every((version) => allowed.has(version));
    });
  const allowsLibraries = (policy: PolicySource) =>
    needed.every((library) => isExempt(library) || policy.lib_whitelist.includes(library));
  const allowsSymbols = (policy: PolicySource) =>
    needed.every((library) => !(policy.blacklist[library] ?? []).some((symbol) => undefinedNames.has(symbol)));

  const highest = (allows: (policy: PolicySource) => boolean) =>
    Math.max(0, ...policies.filter(allows).map((policy) => policy.priority));
  const priority = Math.min(highest(allowsVersions), highest(allowsLibraries), highest(allowsSymbols));

  return `${policies.find((policy) => policy.priority === priority)?.name ?? "linux"}_${machine}`;
}
