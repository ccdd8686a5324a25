import { readElfFile } from "../node/read-file.js";
import { PROGRAM_PARTS, type ProgramComparison, type ProgramPart, sameProgram } from "../prove/same-program.js";
import { attemptFile, OK, print, REFUSED, toJson, USAGE, UsageError, type Verb } from "./command.js";
import { jsonFlag, parseReadArguments, withFile } from "./read-files.js";

/** Each file is opened by itself, so that a refusal names the right one. */
function compare(before: string, after: string, except: readonly ProgramPart[] | undefined) {
  const opened = attemptFile(before, () => readElfFile(before));
  if ("refusal" in opened) return opened;

  const elf = opened.result;
  try {
    return attemptFile(after, () => withFile(after, (other) => sameProgram(elf, other, { except })));
  } finally {
    elf.close();
  }
}

/** The parts of `--except`. */
function partsOf(value: boolean | string | undefined): ProgramPart[] | undefined {
  if (value === undefined) return undefined;

  const parts = String(value)
    .split(",")
    .filter((part) => part !== "");
  const unknown = parts.find((part) => !PROGRAM_PARTS.includes(part as ProgramPart));
  if (unknown !== undefined) {
    throw new UsageError(`--except takes ${PROGRAM_PARTS.join(", ")}, not ${JSON.stringify(unknown)}`);
  }
  return parts as ProgramPart[];
}

function printComparison({ summary, differences }: ProgramComparison): void {
  const lines = differences.map((d) => `  ${d.kind}: ${d.message}`);
  print([summary, ...lines].join("\n"));
}

export const verifyVerb: Verb = {
  name: "verify",
  help: `usage: elfwright verify [--json] [--except=PARTS] BEFORE AFTER

Says whether the second file is the same program as the first one, whoever made it: memory byte
by byte, and what loaders read by what it says. Each difference is an edit (a value that tools
set on purpose, or what only tools need), a risk (some programs may notice), or damage. Exits
with 0 where there is no damage, and with 1 where there is.
  --except=PARTS   only these parts may differ, separated by commas; --except= for none:
                   ${PROGRAM_PARTS.slice(0, 10).join(", ")},
                   ${PROGRAM_PARTS.slice(10).join(", ")}
  --json           an object (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parseReadArguments(args, { ...jsonFlag, except: { type: "string" } });
    const [before, after] = files;
    if (before === undefined || after === undefined || files.length !== 2) {
      throw new UsageError("two files are compared");
    }

    const compared = compare(before, after, partsOf(flags["except"]));
    const asJson = flags["json"] === true;
    if ("refusal" in compared) {
      if (asJson) print(toJson([compared.refusal]));
      return REFUSED;
    }

    const comparison = compared.result;
    if (asJson) print(toJson({ before, after, ...comparison }));
    else printComparison(comparison);
    return comparison.same ? OK : REFUSED;
  },
};
