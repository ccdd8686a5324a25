import type { DiagnosisFinding, Evidence } from "../../src/diagnose/diagnosis.js";
import type { Facts } from "../../src/diagnose/facts.js";
import { ruleFindings } from "../../src/diagnose/rules/rules.js";
import { subjectOf } from "../../src/diagnose/subject.js";
import { readElf } from "../../src/image/read-elf.js";
import { Tolerant } from "../../src/image/tolerant.js";
import { resolveLibraries } from "../../src/resolve/search/resolve.js";
import type { LibraryTree } from "../../src/resolve/tree.js";

/** The facts of a file, with nothing detected but what a test gives. */
export function factsOf(bytes: Uint8Array, more: Partial<Facts> = {}): Facts {
  const elf = readElf(bytes);
  const subject = subjectOf(elf, new Tolerant());
  const detected = {
    system: null,
    libc: "glibc",
    libcConfidence: "certain",
    linkage: elf.linkage,
    language: "c",
    packer: null,
    go: null,
    evidence: [],
  } as const;

  return {
    ...detected,
    ...subject,
    imports: subject.imports,
    exports: subject.exports,
    target: null,
    tables: null,
    libraries: null,
    raisedRights: null,
    scan: false,
    ...more,
  };
}

/** What all rules find, or one of them. */
export const findings = (bytes: Uint8Array, more: Partial<Facts> = {}, rule?: string): DiagnosisFinding[] =>
  ruleFindings(factsOf(bytes, more)).filter((f) => rule === undefined || f.rule === rule);

/** The one finding of a rule, as `severity: message`; null where there is none. */
export function said(bytes: Uint8Array, rule: string, more: Partial<Facts> = {}): string | null {
  const found = findings(bytes, more, rule);
  if (found.length > 1) throw new Error(`${found.length} findings of ${rule}`);
  return found[0] ? `${found[0].severity}: ${found[0].message}` : null;
}

/** The evidence of a start code that detection knows. */
export const startCode = (says: string): Evidence[] => [
  { about: "libc", kind: "entry-code", says, text: "", offset: 0 },
];

/** What a loader would load, where the files are a map. */
export const treeOf = (
  path: string,
  files: Readonly<Record<string, Uint8Array>>,
  rules?: "glibc" | "musl",
): LibraryTree => resolveLibraries(path, { files: { readFile: (p) => files[p] }, rules });
