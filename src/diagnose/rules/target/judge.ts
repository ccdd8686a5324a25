import { once } from "../../../image/once.js";
import { sameMachine } from "../../../spec/machine-names.js";
import type { Target } from "../../../targets/target.js";
import type { DiagnosedLinkage, DiagnosisRule, Libc } from "../../diagnosis.js";
import { isForeignSystem } from "../../detect/system.js";
import type { Facts } from "../../facts.js";
import { privateLoader } from "../../versions/private-loader.js";
import { machineOf } from "../../versions/symbol-floor.js";
import { type VersionUse, versionUses } from "../../versions/version-uses.js";
import type { RuleMatch, Rule } from "../rule.js";

/** What a rule on targets found. */
export interface TargetFound extends RuleMatch {
  /** The id of another rule: this case is listed just before that rule's findings. What stops the file comes first. */
  readonly before?: string;
}

/** A rule on what a target lacks. It says nothing where no target is given. */
export interface TargetRule extends Rule {
  test(facts: Facts): Iterable<TargetFound>;
}

/** A rule on any file that a loader of the target would load. */
export interface LoadedRule extends DiagnosisRule {
  test(facts: Facts, target: Target): Iterable<TargetFound>;
}

/** A rule that compares what the file takes from its C library with what the target's C library has. */
export interface ComparingRule extends DiagnosisRule {
  /** `uses` are the versions that the file needs. */
  test(facts: Facts, target: Target, uses: readonly VersionUse[]): Iterable<TargetFound>;
}

/** No loader of a target maps these: they bring along what they need, or are not loaded at all. */
const NOT_LOADED: readonly DiagnosedLinkage[] = ["static", "static-pie", "relocatable", "other", "debug-file"];

/** C libraries that no target has. Nothing else is said about a file with one of them. */
const INCOMPARABLE: readonly Libc[] = ["bionic", "uclibc", "dietlibc", "klibc"];

/** The target, if a loader there would load the file. The rule "wrong-machine" says all about other machines' files. */
function loadingTarget(facts: Facts): Target | null {
  const { target } = facts;
  if (target === null || !facts.hasContents || isForeignSystem(facts.system)) return null;
  if (target.machine !== null && !sameMachine(target.machine, machineOf(facts))) return null;
  return NOT_LOADED.includes(facts.linkage) ? null : target;
}

/** Does the file run with the target's C library, if with any? */
const usesLibc = (facts: Facts): boolean => facts.libc !== "none" && privateLoader(facts) === null;

const isComparable = (facts: Facts): boolean => usesLibc(facts) && !INCOMPARABLE.includes(facts.libc);

const usesOf = /* @__PURE__ */ once(versionUses);

/** Rules on every file that a loader of the target would load. */
export const forLoaded = (rules: readonly LoadedRule[]): TargetRule[] => rules.map((r) => judging(r, () => true));

/** Rules on the files that use a C library, or may. */
export const forLibcUsers = (rules: readonly LoadedRule[]): TargetRule[] => rules.map((r) => judging(r, usesLibc));

/** Rules on the files whose C library is glibc, musl or unknown. */
export const forComparable = (rules: readonly ComparingRule[]): TargetRule[] =>
  // The versions are read first: a file whose versions cannot be read is not judged at all.
  rules.map((r) => judging({ ...r, test: (facts, target) => r.test(facts, target, usesOf(facts)) }, isComparable));

function judging(rule: LoadedRule, applies: (facts: Facts) => boolean): TargetRule {
  return {
    ...rule,
    test(facts) {
      const target = loadingTarget(facts);
      return target !== null && applies(facts) ? rule.test(facts, target) : [];
    },
  };
}
