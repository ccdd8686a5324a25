import { once } from "../../../image/once.js";
import { sameMachine } from "../../../spec/machine-names.js";
import type { Target } from "../../../targets/target.js";
import type { DiagnosedLinkage, DiagnosisRule, Libc } from "../../diagnosis.js";
import type { Facts } from "../../facts.js";
import { machineOf } from "../../versions/symbol-floor.js";
import { type VersionUse, versionUses } from "../../versions/version-uses.js";
import type { RuleMatch, Rule } from "../rule.js";

/** What a rule on targets found. */
export interface TargetFound extends RuleMatch {
  /** Where a case is listed just before another rule's findings: its id. What stops the file first comes first. */
  readonly before?: string;
}

/** A rule on what a target lacks. It says nothing where no target is given. */
export interface TargetRule extends Rule {
  test(facts: Facts): Iterable<TargetFound>;
}

/** A rule that needs to know no more of a file than that a loader of the target would load it. */
export interface LoadedRule extends DiagnosisRule {
  test(f: Facts, target: Target): Iterable<TargetFound>;
}

/** A rule that compares what the file takes of its C library with what the target's has. */
export interface ComparingRule extends DiagnosisRule {
  /** `uses` are the versions that the file needs. */
  test(f: Facts, target: Target, uses: readonly VersionUse[]): Iterable<TargetFound>;
}

/** No loader of a target maps these: they bring along what they need, or are not loaded at all. */
const NOT_LOADED: readonly DiagnosedLinkage[] = ["static", "static-pie", "relocatable", "other"];

/** C libraries that no target has: of such a file nothing but that is said. */
const INCOMPARABLE: readonly Libc[] = ["bionic", "uclibc", "dietlibc", "klibc"];

/** The target, where a loader there would load the file. Of another machine's file "wrong-machine" says all. */
function loadingTarget(f: Facts): Target | null {
  const { target } = f;
  if (target === null || !f.hasContents) return null;
  if (target.machine !== null && !sameMachine(target.machine, machineOf(f))) return null;
  return NOT_LOADED.includes(f.linkage) ? null : target;
}

const usesLibc = (f: Facts): boolean => f.libc !== "none";

const isComparable = (f: Facts): boolean => usesLibc(f) && !INCOMPARABLE.includes(f.libc);

const usesOf = /* @__PURE__ */ once(versionUses);

/** Rules on every file that a loader of the target would load. */
export const forLoaded = (rules: readonly LoadedRule[]): TargetRule[] => rules.map((r) => judging(r, () => true));

/** Rules on those that use a C library, or may. */
export const forLibcUsers = (rules: readonly LoadedRule[]): TargetRule[] => rules.map((r) => judging(r, usesLibc));

/** Rules on those whose C library is glibc or musl, or unknown. */
export const forComparable = (rules: readonly ComparingRule[]): TargetRule[] =>
  // The versions are read first: a file whose versions cannot be read is not judged at all.
  rules.map((r) => judging({ ...r, test: (f, target) => r.test(f, target, usesOf(f)) }, isComparable));

function judging(rule: LoadedRule, applies: (f: Facts) => boolean): TargetRule {
  return {
    ...rule,
    test(f) {
      const target = loadingTarget(f);
      return target !== null && applies(f) ? rule.test(f, target) : [];
    },
  };
}
