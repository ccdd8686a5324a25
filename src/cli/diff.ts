import { readElfFile } from "../node/read-file.js";
import { type Change, diffElf } from "../report/diff.js";
import { formatChanges } from "../report/text.js";
import { attemptFile, OK, print, REFUSED, toJson, USAGE, UsageError, type Verb } from "./command.js";
import { jsonFlag, parseReadArguments, withFile } from "./read-files.js";

/** Each file is opened by itself, so that a refusal names the right one. */
function compare(before: string, after: string, layout: boolean) {
  const opened = attemptFile(before, () => readElfFile(before));
  if ("refusal" in opened) return opened;

  const elf = opened.result;
  try {
    return attemptFile(after, () => withFile(after, (other): Change[] => diffElf(elf, other, { layout })));
  } finally {
    elf.close();
  }
}

export const diffVerb: Verb = {
  name: "diff",
  help: `usage: elfwright diff [--json] [--layout] BEFORE AFTER

Prints what is different in the second file: libraries, search path, interpreter, versions,
sections, symbols. Bytes of code and data are not compared. Exits with 0 whether there are
differences or not.
  --layout   derived values too: addresses, offsets, sizes of tables
  --json     an array of changes (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parseReadArguments(args, { ...jsonFlag, layout: { type: "boolean" } });
    const [before, after] = files;
    if (before === undefined || after === undefined || files.length !== 2) {
      throw new UsageError("two files are compared");
    }

    const compared = compare(before, after, flags["layout"] === true);
    const asJson = flags["json"] === true;
    if ("refusal" in compared) {
      if (asJson) print(toJson([compared.refusal]));
      return REFUSED;
    }

    const changes = compared.result;
    if (asJson) print(toJson(changes));
    else print(changes.length === 0 ? "no difference" : formatChanges(changes));
    return OK;
  },
};
