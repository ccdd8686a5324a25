// Layout rules, and fitness for larger pages.

export { check, type CheckRule, checkRules, type Finding, type Severity, type Violation } from "../check/check.js";
export { pageFitness, type PageFitness, type PageRule, pageRules } from "../check/pages.js";
