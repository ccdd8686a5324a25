import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { Edit } from "../../edit/family.js";
import { ET } from "../../spec/constants.js";
import { pageSize } from "../../spec/machines.js";
import { eachFile, OK, print, REFUSED, type Verb, warn } from "../command.js";
import { patchelfEdits } from "./patchelf-edits.js";
import { patchelfHelp, patchelfVersion } from "./patchelf-help.js";
import { type PatchelfCommand, parsePatchelf } from "./patchelf-options.js";
import { answer, type Printed } from "./patchelf-print.js";
import { withFile } from "../read-files.js";
import { placementLines, printRewritten, rewriteFile, type Rewritten } from "../rewrite.js";

/** A file's entry in JSON output: what was printed, what was rewritten. */
type Entry = { readonly file: string; readonly printed?: Printed } | (Rewritten & { readonly printed?: Printed });

function onFile(file: string, c: PatchelfCommand): Entry {
  const { printed, edits } = withFile(file, (elf) => {
    refuseOthers(elf);
    // Before the edits, which may be refused.
    const printed = c.queries.size > 0 ? answer(elf, c.queries, c.json ? () => {} : print) : undefined;
    const edits = patchelfEdits(c, elf);
    if (edits.length > 0) notePages(file, elf, c.pages);
    return { printed, edits };
  });
  if (c.debug) warn(`${file}: ${edits.length === 0 ? "no edit" : `edits: ${edits.map((e) => e.edit).join(", ")}`}`);
  const rewritten = edits.length > 0 || c.output !== undefined || !printed ? rewrite(file, edits, c) : { file };

  return printed ? { ...rewritten, printed } : rewritten;
}

/** patchelf takes programs and libraries, for questions too. */
function refuseOthers({ header: { type } }: ElfFile): void {
  if (type === ET.REL) {
    fail("RELOCATABLE", "this is a relocatable object (ET_REL): a linker reads it, no loader does", {});
  }
  if (type !== ET.EXEC && type !== ET.DYN) {
    fail("UNSUPPORTED", `e_type ${type} is neither a program nor a library`, { what: `e_type ${type}` });
  }
}

/** Where the option asks for more than it gets. */
function notePages(file: string, elf: ElfFile, wanted: number): void {
  const used = pageSize(elf.header.machine, Math.max(0, ...elf.segments.map((s) => Number(s.exact("align")))));
  if (wanted > used) {
    warn(
      `${file}: --page-size ${wanted}: what is new is laid out for pages of ${used} bytes, as the file itself is; --raise-alignment makes it fit for larger ones`,
    );
  }
}

function rewrite(file: string, edits: readonly Edit[], c: PatchelfCommand): Rewritten {
  const r = rewriteFile(file, edits, c);
  if (c.debug) {
    for (const line of [
      ...placementLines(r),
      `  ${r.sizeBefore} -> ${r.sizeAfter} bytes, ${r.changed ? "changed" : "not changed"}`,
    ]) {
      warn(`${file}: ${line.trimStart()}`);
    }
  }

  return r;
}

function say(info: "help" | "version"): number {
  print(info === "help" ? patchelfHelp : patchelfVersion);
  return OK;
}

export const patchelf: Verb = {
  name: "patchelf",
  help: patchelfHelp,
  usageCode: REFUSED,
  findsHelp: true,
  run(args) {
    const command = parsePatchelf(args);
    if (command.info !== undefined) return say(command.info);
    const { failed } = eachFile(
      command.files,
      command.json,
      (file) => onFile(file, command),
      (e) => ("dryRun" in e ? printRewritten(e) : undefined),
    );
    return failed ? REFUSED : OK;
  },
};
