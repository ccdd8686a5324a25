import { assertOptions, refuseArgument } from "../../input.js";
import { PROGRAM_PARTS, type ProgramPart, sameProgram, type SameProgramOptions } from "../../prove/same-program.js";
import { type ElfSubject, judge, otherFile, type Verdict } from "./verdict.js";

function assertParts(except: unknown): void {
  if (except === undefined) return;
  const isList = Array.isArray(except) && except.every((part) => PROGRAM_PARTS.includes(part as ProgramPart));
  if (!isList) refuseArgument("toBeSameProgramAs", `except as a list of ${PROGRAM_PARTS.join(", ")}`, except);
}

/** Is it the program that the file before was, but for the parts in `except`? `sameProgram` says so. */
export function toBeSameProgramAs(subject: ElfSubject, before: ElfSubject, options: SameProgramOptions = {}): Verdict {
  assertOptions<SameProgramOptions>("toBeSameProgramAs", options, { except: true });
  const { except } = options;
  assertParts(except);
  const butFor = except && except.length > 0 ? ` but for ${except.join(", ")}` : "";
  const question = {
    to: `be the program that it was${butFor}`,
    table: "proof beside the file before",
    expected: except === undefined ? "no damage" : "no damage, and no difference in another part",
    unexpected: "damage, or a difference in another part",
  };

  return judge(subject, question, (elf) => {
    const { same, summary, differences } = sameProgram(otherFile(before, "the file before"), elf, options);
    const allowed = new Set<ProgramPart>(except ?? PROGRAM_PARTS);
    const wrong = differences.filter((d) => d.kind === "damage" || !allowed.has(d.part));
    const found = wrong.map(({ kind, part, message }) => `${kind} in ${part}: ${message}`);
    return { pass: same, found: found.length > 0 ? found : [summary] };
  });
}
