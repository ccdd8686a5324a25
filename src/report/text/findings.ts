import { lines, safe } from "./print.js";

/** What the text of a finding needs of it. */
export interface PrintableFinding {
  readonly rule: string;
  readonly severity: string;
  readonly message: string;
  readonly at: string;
}

/** Prints a line for each finding, as compilers print theirs. Empty for none. */
export const formatFindings = (findings: readonly PrintableFinding[]): string =>
  lines(findings.map((f) => `${f.severity}: ${safe(f.at)}: ${safe(f.message)} [${f.rule}]`));
