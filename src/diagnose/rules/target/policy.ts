import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import { requirementsOf } from "../../versions/required.js";
import { judgeWheel, type WheelObstacle } from "../../wheel/wheel-judge.js";
import type { ComparingRule } from "./judge.js";
import { firstNames, systemOf } from "./text.js";

/** What the policy of a platform tag forbids, if the target is one. */
export const policyRule: ComparingRule = {
  id: "target-policy",
  severity: "error",
  sentence: "The policy of a platform tag does not allow a library, version or symbol that the file needs.",
  advice: "Build it in the policy's image, and put libraries that are not on its list into the wheel.",
  *test(facts, target, uses) {
    if (target.policy === undefined) return;

    const { obstacles, policies } = judgeWheel(facts, uses, requirementsOf(facts).required["musl"], target.tables);
    const placeOf = (name: string) => policies.findIndex((p) => p.name === name);
    const place = placeOf(target.policy);
    const forbidden = obstacles
      .filter((o) => !isTooNew(o, target))
      .filter((o) => o.allowedBy === null || placeOf(o.allowedBy) > place);
    if (place < 0 || forbidden.length === 0) return;

    const shown = forbidden.map((o) => (o.kind === "symbol" ? `${o.name} of ${o.library}` : o.name));
    const system = target.name === target.policy ? "" : ` (${systemOf(target)})`;
    yield {
      names: forbidden.map((o) => o.name),
      message: `The policy ${target.policy} does not allow ${firstNames(shown)}${system}`,
      advice: forbidden.some((o) => o.kind === "library") ? BUNDLE : "Build it in the policy's image.",
    };
  },
};

/** The rule "target-version" finds versions of glibc that are newer than the policy's. */
const isTooNew = (o: WheelObstacle, target: Target): boolean =>
  o.kind === "version" &&
  /^GLIBC_\d/.test(o.name) &&
  compareVersions(o.name.slice("GLIBC_".length), target.version) > 0;

const BUNDLE =
  "Libraries that are not on the policy's list can be put into the wheel (`auditwheel repair`); " +
  "versions and symbols need a build in the policy's image.";
