import type { Detected } from "../../src/diagnose/detect/detect.js";
import type { DiagnosisFinding } from "../../src/diagnose/diagnosis.js";
import { type Facts, factsOf as factsOfFile } from "../../src/diagnose/facts.js";
import { targetFindings } from "../../src/diagnose/rules/target/target.js";
import { requirements, type Requirements } from "../../src/diagnose/versions/required.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { readElf } from "../../src/index.js";
import { parseTarget, tables } from "../../src/targets/index.js";
import { type BuildOptions, buildElf } from "../../src/testing/build-elf.js";

/** What a diagnosis judges, of these bytes; what detection says can be set. */
export function factsOf(bytes: Uint8Array, known: Partial<Detected> = {}, target?: string): Facts {
  return Object.assign(
    factsOfFile(readElf(bytes), new Tolerant(), {
      tables,
      ...(target !== undefined && { target: parseTarget(target) }),
    }),
    known,
  );
}

export const needsOf = (bytes: Uint8Array, known?: Partial<Detected>): Requirements =>
  requirements(factsOf(bytes, known));

/** What stands against the file on a target. */
export function against(bytes: Uint8Array, target: string, known?: Partial<Detected>): DiagnosisFinding[] {
  return targetFindings(factsOf(bytes, known, target));
}

const NEEDED = "libc.so.6";

/**
 * A small file that needs versions: symbols are `name@VERSION` of libc.so.6, `name@VERSION@library`, or `name` without
 * a version; with `?` behind, weak.
 */
export function needing(
  symbols: readonly string[],
  options: BuildOptions & { weak?: readonly string[]; only?: readonly string[] } = {},
): Uint8Array {
  const { weak = [], only = [], ...rest } = options;
  const split = symbols.map((s) => s.replace(/\?$/, "").split("@") as [string, string?, string?]);
  const files = new Map<string, Set<string>>();

  for (const [, version, file = NEEDED] of [
    ...split,
    ...only.map((v) => ["", ...v.split("@")] as [string, string, string?]),
  ]) {
    if (version !== undefined) files.set(file, (files.get(file) ?? new Set()).add(version));
  }

  return buildElf({
    needed: [...new Set([NEEDED, ...files.keys()])],
    versionNeeds: [...files].map(([file, versions]) => ({
      file,
      versions: [...versions],
      weak: weak.filter((w) => versions.has(w)),
    })),
    symbols: split.map(([name, version], i) => ({
      name,
      defined: false,
      binding: symbols[i]!.endsWith("?") ? 2 : 1,
      ...(version === undefined ? {} : { version }),
    })),
    ...rest,
  });
}
