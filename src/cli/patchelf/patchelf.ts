import { fail } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import type { Edit } from "../../edit/family.js";
import { ET } from "../../spec/constants.js";
import { pageSize } from "../../spec/machines.js";
import { eachFile, OK, print, REFUSED, type Verb, warn } from "../command.js";
import { patchelfEdits } from "./patchelf-edits.js";
import { patchelfHelp, patchelfVersion } from "./patchelf-help.js";
import { type PatchelfCommand, parsePatchelf } from "./patchelf-options.js";
import { answer, isDynamicDebugFile, type Printed } from "./patchelf-print.js";
import { withFile } from "../read-files.js";
import { placementLines, printRewritten, rewriteFile, type Rewritten } from "../rewrite.js";

/** A file's entry in JSON output: what was printed, and what was rewritten. */
type Entry = { readonly file: string; readonly printed?: Printed } | (Rewritten & { readonly printed?: Printed });

interface Work {
  readonly printed: Printed | undefined;
  readonly edits: readonly Edit[];
}

async function onFile(file: string, command: PatchelfCommand): Promise<Entry> {
  const { printed, edits } = withFile(file, (elf) => workOn(file, elf, command));
  if (command.debug) {
    const names = edits.map((edit) => edit.edit).join(", ");
    warn(`${file}: ${edits.length === 0 ? "no edit" : `edits: ${names}`}`);
  }

  const onlyPrints = printed && edits.length === 0 && command.output === undefined;
  const rewritten = onlyPrints ? { file } : await rewrite(file, edits, command);
  return printed ? { ...rewritten, printed } : rewritten;
}

function workOn(file: string, elf: ElfFile, command: PatchelfCommand): Work {
  const { queries, json, pages } = command;
  refuseOthers(elf);
  // Printed before the edits are made, since they may be refused.
  const printed = queries.size > 0 ? answer(elf, queries, json ? () => {} : print) : undefined;
  const edits = patchelfEdits(command, elf);
  if (edits.length > 0) notePages(file, elf, pages);

  const isIdle = !printed && edits.length === 0 && isDynamicDebugFile(elf);
  if (isIdle) warn(`${file}: a separate debug file, which no loader reads: there is nothing to do`);

  return { printed, edits };
}

/** patchelf takes programs and libraries only, even to print something. */
function refuseOthers({ header: { type } }: ElfFile): void {
  if (type === ET.REL) {
    fail("RELOCATABLE", "this is a relocatable object (ET_REL): a linker reads it, no loader does", {});
  }
  if (type !== ET.EXEC && type !== ET.DYN) {
    fail("UNSUPPORTED", `e_type ${type} is neither a program nor a library`, { what: `e_type ${type}` });
  }
}

/** Says where --page-size asks for larger pages than new tables are laid out for. */
function notePages(file: string, elf: ElfFile, wanted: number): void {
  const largestAlign = Math.max(0, ...elf.segments.map((segment) => Number(segment.exact("align"))));
  const used = pageSize(elf.header.machine, largestAlign);
  if (wanted <= used) return;

  warn(
    `${file}: --page-size ${wanted}: what is new is laid out for pages of ${used} bytes, ` +
      "as the file itself is; --raise-alignment makes it fit for larger ones",
  );
}

async function rewrite(file: string, edits: readonly Edit[], command: PatchelfCommand): Promise<Rewritten> {
  const rewritten = await rewriteFile(file, edits, command);
  if (!command.debug) return rewritten;

  const { changed, sizeBefore, sizeAfter } = rewritten;
  for (const line of placementLines(rewritten)) warn(`${file}: ${line.trimStart()}`);
  warn(`${file}: ${sizeBefore} -> ${sizeAfter} bytes, ${changed ? "changed" : "not changed"}`);
  return rewritten;
}

function printEntry(entry: Entry): void {
  if ("dryRun" in entry) printRewritten(entry);
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
  async run(args) {
    const command = parsePatchelf(args);
    if (command.info !== undefined) return say(command.info);

    const { files, json } = command;
    const { failed } = await eachFile(files, json, (file) => onFile(file, command), printEntry);
    return failed ? REFUSED : OK;
  },
};
