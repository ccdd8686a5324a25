import { toHaveInterpreter, toHaveRunpath, toHaveSoname, toNeed } from "./dynamic.js";
import { toEqualElf } from "./equal.js";
import { toIntroduceNoFindings, toPassLayoutChecks } from "./layout.js";
import { toBeReproducible } from "./reproducible.js";
import { toRequireGlibcAtMost, toRunOn } from "./requirements.js";
import { toBeSameProgramAs } from "./same-program.js";
import { toDefineSymbol } from "./symbols.js";

/** Every matcher by name: what runners and assertions are made of. */
export const MATCHERS = {
  toNeed,
  toHaveRunpath,
  toHaveInterpreter,
  toHaveSoname,
  toDefineSymbol,
  toRequireGlibcAtMost,
  toRunOn,
  toPassLayoutChecks,
  toIntroduceNoFindings,
  toBeSameProgramAs,
  toEqualElf,
  toBeReproducible,
};
