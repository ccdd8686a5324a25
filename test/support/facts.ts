import type { Detected } from "../../src/diagnose/detect/detect.js";
import type { DiagnosisFinding } from "../../src/diagnose/diagnosis.js";
import { type Facts, factsOf as factsOfFile } from "../../src/diagnose/facts.js";
import { targetFindings } from "../../src/diagnose/rules/target/target.js";
import { requirementsOf, type Requirements } from "../../src/diagnose/versions/required.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { readElf, STB } from "../../src/index.js";
import { parseTarget, tables } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";

/** The facts that a diagnosis judges; a test can set what detection says. */
export function factsOf(bytes: Uint8Array, known: Partial<Detected> = {}, target?: string): Facts {
  const options = target === undefined ? { tables } : { tables, target: parseTarget(target) };
  return Object.assign(factsOfFile(readElf(bytes), new Tolerant(), options), known);
}

export const needsOf = (bytes: Uint8Array, known?: Partial<Detected>): Requirements =>
  requirementsOf(factsOf(bytes, known));

/** What speaks against the file on a target. */
export function against(bytes: Uint8Array, target: string, known?: Partial<Detected>): DiagnosisFinding[] {
  return targetFindings(factsOf(bytes, known, target));
}

const NEEDED = "libc.so.6";

/**
 * A small file that needs versions.
 *
 * @param symbols `name@VERSION` of libc.so.6, `name@VERSION@library`, or `name` without a version; a weak one ends in
 *   `?`
 * @param options `weak`: versions whose need is weak; `only`: `VERSION` or `VERSION@library` without a symbol
 */
export function needing(
  symbols: readonly string[],
  options: BuildOptions & { weak?: readonly string[]; only?: readonly string[] } = {},
): Uint8Array {
  const { weak = [], only = [], ...rest } = options;
  const parsed = symbols.map(parseSymbol);

  const files = new Map<string, Set<string>>();
  for (const { version, file = NEEDED } of [...parsed, ...only.map((v) => parseSymbol(`@${v}`))]) {
    if (version === undefined) continue;

    const versions = files.get(file) ?? new Set();
    files.set(file, versions.add(version));
  }

  return buildElf({
    needed: [...new Set([NEEDED, ...files.keys()])],
    versionNeeds: [...files].map(([file, versions]) => ({
      file,
      versions: [...versions],
      weak: weak.filter((w) => versions.has(w)),
    })),
    symbols: parsed.map(({ name, version, isWeak }) => ({
      name,
      defined: false,
      binding: isWeak ? STB.WEAK : STB.GLOBAL,
      ...(version === undefined ? {} : { version }),
    })),
    ...rest,
  });
}

function parseSymbol(text: string) {
  const [name, version, file] = text.replace(/\?$/, "").split("@") as [string, string?, string?];
  return { name, version, file, isWeak: text.endsWith("?") };
}
