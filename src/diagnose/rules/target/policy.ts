import { compareVersions } from "../../../spec/version-names.js";
import type { Target } from "../../../targets/target.js";
import { requirements } from "../../versions/required.js";
import { judgeWheel, type WheelObstacle } from "../../wheel/wheel-judge.js";
import type { ComparingRule } from "./judge.js";
import { some, systemOf } from "./text.js";

/** What a platform tag's policy forbids, where the target is one. */
export const policyRule: ComparingRule = {
  id: "target-policy",
  severity: "error",
  sentence: "The policy of a platform tag does not allow a library, version or symbol that the file needs.",
  advice: "Build it in the policy's image, and put libraries that are not on its list into the wheel.",
  *test(f, t, uses) {
    if (t.policy === undefined) return;

    const { obstacles, policies } = judgeWheel(f, uses, requirements(f).required["musl"], t.tables);
    const placeOf = (name: string | null | undefined) => policies.findIndex((p) => p.name === name);
    const place = placeOf(t.policy);
    const against = obstacles
      .filter((o) => !isTooNew(o, t))
      .filter((o) => o.allowedBy === null || placeOf(o.allowedBy) > place);
    if (place < 0 || against.length === 0) return;

    const shown = against.map((o) => (o.kind === "symbol" ? `${o.name} of ${o.library}` : o.name));
    yield {
      names: against.map((o) => o.name),
      message: `The policy ${t.policy} does not allow ${some(shown)}${t.name === t.policy ? "" : ` (${systemOf(t)})`}`,
      advice: against.some((o) => o.kind === "library") ? BUNDLE : "Build it in the policy's image.",
    };
  },
};

/** Versions of glibc that are newer than the policy's are findings of "target-version". */
const isTooNew = (o: WheelObstacle, t: Target): boolean =>
  o.kind === "version" && /^GLIBC_\d/.test(o.name) && compareVersions(o.name.slice("GLIBC_".length), t.version) > 0;

const BUNDLE =
  "Libraries that are not on the policy's list can be put into the wheel (`auditwheel repair`); " +
  "versions and symbols need a build in the policy's image.";
