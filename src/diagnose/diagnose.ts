import type { ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { machineName } from "../spec/names.js";
import type { Diagnosis, DiagnosisFinding, DiagnosisSeverity } from "./diagnosis.js";
import { factsOf } from "./facts.js";
import type { DiagnoseOptions } from "./options.js";
import { requirementsOf, type Requirements } from "./versions/required.js";
import { ruleFindings } from "./rules/rules.js";
import { assertElf, assertOptions, type OptionNames, refuseArgument } from "../input.js";

/**
 * Says what a binary is and what it needs: its C library, linkage and language, the versions that set its floor, and
 * what would go wrong, each with what to do about it. It works on files of any machine, stripped or not, with or
 * without section headers, and runs nothing. A part that cannot be read is left out, and `problems` says why.
 *
 * @example
 * const { libc, linkage, required } = diagnose(readElf(bytes)); // "glibc", "dynamic", { glibc: "2.34" }
 */
export function diagnose(elf: ElfFile, options: DiagnoseOptions = {}): Diagnosis {
  assertElf("diagnose", elf);
  assertOptions<DiagnoseOptions>("diagnose", options, OPTIONS);
  assertTarget(options.target);

  const tolerant = new Tolerant();
  const facts = factsOf(elf, tolerant, options);
  const needs = tolerant.part(() => requirementsOf(facts)) ?? UNREADABLE;
  const findings = ruleFindings(facts);

  const { machine, class: elfClass, littleEndian } = elf.header;
  const { system, libc, libcConfidence, linkage, language, packer, go, evidence } = facts;
  return {
    machine: machineName(machine),
    class: elfClass,
    byteOrder: littleEndian ? "little" : "big",
    system,
    libc,
    libcConfidence,
    linkage,
    language,
    packer,
    go,
    ...needs,
    evidence,
    findings: bySeverity(findings),
    problems: tolerant.problems,
  };
}

const UNREADABLE: Requirements = { required: {}, floor: [], distributions: null, wheelTag: null };

const ORDER: Readonly<Record<DiagnosisSeverity, number>> = { error: 0, warning: 1, note: 2 };

/** The worst come first. Findings of one severity stay in the order of the rules; all have their keys in one order. */
function bySeverity(findings: readonly DiagnosisFinding[]): DiagnosisFinding[] {
  const sorted = [...findings].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
  return sorted.map(({ rule, severity, message, advice, names }) => ({
    rule,
    severity,
    message,
    advice,
    ...(names && { names }),
  }));
}

const OPTIONS: OptionNames<DiagnoseOptions> = {
  target: true,
  tables: true,
  libraries: true,
  raisedRights: true,
  scan: true,
};

function assertTarget(target: unknown): void {
  const isTarget = typeof target === "object" && target !== null && "libc" in target;
  if (target === undefined || isTarget) return;
  refuseArgument("diagnose", "a target", target, 'diagnose(elf, { target: parseTarget("centos7") })');
}
