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

/** A file, and what a rewriting verb would make of it. */
export interface PlannedMap {
  readonly file: string;
  plan(elf: ElfFile): Plan;
}

function planned(
  files: readonly string[],
  { overlay }: Pick<RewriteOptions, "overlay">,
  edits: (elf: ElfFile) => Edit[],
): PlannedMap {
  if (files.length !== 1) throw new UsageError("a plan is shown of one file");
  return { file: files[0]!, plan: (elf) => plan(elf.source, edits(elf), { overlay }) };
}

function plannedByPatchelf(args: readonly string[]): PlannedMap {
  const command = parsePatchelf(args);
  if (command.info !== undefined) throw new UsageError("the edits are missing");
  return planned(command.files, command, (elf) => patchelfEdits(command, elf));
}

function plannedByStrip(args: readonly string[]): PlannedMap {
  const command = parseStrip(args);
  if (command.info !== undefined) throw new UsageError("the edits are missing");

  const edits = stripEdits(command);
  return planned(command.files, command, () => edits);
}

/** Reads the arguments as the verb itself would. Nothing is ever written. */
export const plannedBy = (verb: Planner, args: readonly string[]): PlannedMap =>
  verb === "patchelf" ? plannedByPatchelf(args) : plannedByStrip(args);
