import type { ElfFile } from "../../image/elf.js";
import { type Plan, plan } from "../../patch.js";
import type { Edit } from "../../edit/family.js";
import { UsageError } from "../command.js";
import type { Planner } from "./map-options.js";
import { patchelfEdits } from "../patchelf/patchelf-edits.js";
import { parsePatchelf } from "../patchelf/patchelf-options.js";
import type { RewriteOptions } from "../rewrite.js";
import { stripEdits } from "../strip/strip-edits.js";
import { parseStrip } from "../strip/strip-options.js";

/** What a rewriting verb would do with its one file. */
export interface PlannedMap {
  readonly file: string;
  plan(elf: ElfFile): Plan;
}

const planned = (
  files: readonly string[],
  options: Pick<RewriteOptions, "overlay">,
  edits: (elf: ElfFile) => Edit[],
): PlannedMap => {
  if (files.length !== 1) throw new UsageError("a plan is shown of one file");
  return { file: files[0]!, plan: (elf) => plan(elf.source, edits(elf), { overlay: options.overlay }) };
};

/** Reads the arguments as the verb itself would. Nothing is ever written. */
export function plannedBy(verb: Planner, args: readonly string[]): PlannedMap {
  if (verb === "patchelf") {
    const c = parsePatchelf(args);
    if (c.info !== undefined) throw new UsageError("the edits are missing");
    return planned(c.files, c, (elf) => patchelfEdits(c, elf));
  }
  const c = parseStrip(args);
  if (c.info !== undefined) throw new UsageError("the edits are missing");
  const edits = stripEdits(c);
  return planned(c.files, c, () => edits);
}
