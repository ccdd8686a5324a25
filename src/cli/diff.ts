import { readElfFile } from "../node/index.js";
import { type Change, diffElf } from "../report/diff.js";
import { formatChanges } from "../report/text.js";
import { attemptFile, OK, print, REFUSED, toJson, USAGE, UsageError, type Verb } from "./command.js";
import { json, parseReadArguments, withFile } from "./read-files.js";

/** Each file is opened on its own, so that a refusal names the right one. */
function compare(before: string, after: string, layout: boolean) {
  const a = attemptFile(before, () => readElfFile(before));
  if ("refusal" in a) return a;
  try {
    return attemptFile(after, () => withFile(after, (elf): Change[] => diffElf(a.result, elf, { layout })));
  } finally {
    a.result.close();
  }
}

export const diffVerb: Verb = {
  name: "diff",
  help: `usage: elfwright diff [--json] [--layout] BEFORE AFTER

Prints what the second file says differently: libraries, search path, interpreter, versions, sections, symbols.
Bytes of code and data are not compared. Exits with 0 whether there are differences or not.
  --layout   also derived values: addresses, offsets, sizes of tables
  --json     an array of changes (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parseReadArguments(args, { ...json, layout: { type: "boolean" } });
    const [before, after] = files;
    if (before === undefined || after === undefined || files.length !== 2) {
      throw new UsageError("two files are compared");
    }
    const a = compare(before, after, flags["layout"] === true);
    if (flags["json"] === true) print(toJson("result" in a ? a.result : [a.refusal]));
    else if ("result" in a) print(a.result.length === 0 ? "no difference" : formatChanges(a.result));
    return "result" in a ? OK : REFUSED;
  },
};
