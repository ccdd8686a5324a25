// What would go wrong, and where.

export { diagnose } from "../diagnose/diagnose.js";
export { diagnosisRules } from "../diagnose/rules/rules.js";
export type { DiagnoseOptions } from "../diagnose/options.js";
export type {
  Confidence,
  DiagnosedLinkage,
  Diagnosis,
  DiagnosisFinding,
  DiagnosisRule,
  DiagnosisSeverity,
  Evidence,
  FloorEntry,
  GoDiagnosis,
  Language,
  Libc,
} from "../diagnose/diagnosis.js";
export { wheelTag } from "../diagnose/wheel/wheel-tag.js";
export type { WheelObstacle, WheelTag } from "../diagnose/wheel/wheel-judge.js";
