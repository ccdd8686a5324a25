import { lines, safe } from "./print.js";

/** As much of a finding as its text needs. */
export interface PrintableFinding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly at: string;
}

/** One line a finding, as compilers print theirs. Empty for none. */
export const formatFindings = (findings: readonly PrintableFinding[]): string =>
  lines(findings.map((f) => `${f.severity}: ${safe(f.at)}: ${safe(f.message)} [${f.rule}]`));
