import type { ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import type { LibraryTree } from "../resolve/tree.js";
import { machineName } from "../spec/names.js";
import type { LibcTables, Target } from "../targets/target.js";
import { detect } from "./detect.js";
import type { Diagnosis, DiagnosisFinding, DiagnosisSeverity } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import { requirements, type Requirements } from "./required.js";
import { ruleFindings } from "./rules/rules.js";
import { subjectOf } from "./subject.js";
import { targetFindings } from "./target-findings.js";

export interface DiagnoseOptions {
  /** The system that the file is to run on, from `elfwright/targets`. */
  readonly target?: Target;
  /** The C libraries' tables, from `elfwright/targets`; the target's by default. Without any, `distributions` and `wheelTag` are null. */
  readonly tables?: LibcTables;
  /** What the loader would load, from `resolveLibraries`: for findings on libraries that are missing, unused or of another C library. */
  readonly libraries?: LibraryTree;
  /** Is it installed set-user-ID, set-group-ID or with file capabilities? Nothing in the file says so. */
  readonly raisedRights?: boolean;
  /** Look for ELF files in all of its data, which reads the whole file once. Default: only in what follows its end. */
  readonly scan?: boolean;
}

/**
 * Says what a binary is and what it needs: C library, linkage, language, the versions that set its floor, and what would go
 * wrong, each with what to do about it. Works on any machine's files, stripped or not, with or without section headers; nothing is run.
 * A part that cannot be read is left out, and `problems` says why.
 *
 * @example
 * const { libc, linkage, required } = diagnose(readElf(bytes)); // "glibc", "dynamic", { glibc: "2.34" }
 */
export function diagnose(elf: ElfFile, options: DiagnoseOptions = {}): Diagnosis {
  const tolerant = new Tolerant(), h = elf.header;
  const facts = factsOf(elf, tolerant, options);
  const needs = tolerant.part(() => requirements(facts)) ?? UNREADABLE;
  const findings = [...(tolerant.part(() => ruleFindings(facts)) ?? []), ...(tolerant.part(() => targetFindings(facts, needs)) ?? [])];
  const { libc, libcConfidence, linkage, language, packer, go, evidence } = facts;
  return {
    machine: machineName(h.machine), class: h.class, byteOrder: h.littleEndian ? "little" : "big",
    libc, libcConfidence, linkage, language, packer, go, ...needs, evidence, findings: bySeverity(findings), problems: tolerant.problems,
  };
}

const UNREADABLE: Requirements = { required: {}, floor: [], distributions: null, wheelTag: null };

function factsOf(elf: ElfFile, tolerant: Tolerant, { target, tables, libraries, raisedRights, scan }: DiagnoseOptions): Facts {
  const subject = subjectOf(elf, tolerant);
  // The subject reads its symbols at first use: a copy of its properties would read them at once.
  return Object.assign(Object.create(subject) as typeof subject, detect(subject), {
    target: target ?? null, tables: tables ?? target?.tables ?? null, libraries: libraries ?? null, raisedRights: raisedRights ?? null, scan: scan ?? false,
  });
}

const ORDER: Readonly<Record<DiagnosisSeverity, number>> = { error: 0, warning: 1, note: 2 };

/** The worst first; those of one severity stay in the order of the rules. */
const bySeverity = (findings: readonly DiagnosisFinding[]): DiagnosisFinding[] => [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
