import { statSync } from "node:fs";
import { fail, isElfError, type Note } from "../../error.js";
import type { Header } from "../../image/elf.js";
import { onFile } from "../../node/source.js";
import type { Edit } from "../../edit/family.js";
import { formatName } from "./bfd-name.js";
import { eachFile, OK, print, REFUSED, type Verb } from "../command.js";
import { withFile } from "../read-files.js";
import { printRewritten, rewriteFile, type Rewritten } from "../rewrite.js";
import { stripEdits } from "./strip-edits.js";
import { stripHelp, stripVersion } from "./strip-help.js";
import { type StripCommand, parseStrip } from "./strip-options.js";

/** A file's entry in JSON output. */
interface Stripped extends Rewritten {
  /** Bytes that the file is smaller by; below 0 where a debug link was added. */
  readonly saved: number;
}

function stripFile(file: string, edits: readonly Edit[], c: StripCommand): Stripped {
  if (c.outputClass !== undefined) refuseOthers(headerOf(file), c.outputClass);
  // GNU strip says nothing of a section that is not there.
  const says = (n: Note) => n.note !== "NOT_FOUND" || c.verbose || c.dryRun;
  const r = rewriteFile(file, edits, { ...c, inPlace: c.inPlace || hasOtherNames(file, c) }, says);
  return { ...r, saved: r.sizeBefore - r.sizeAfter };
}

/** With GNU strip all names of a file keep to be its names. */
const hasOtherNames = (file: string, c: StripCommand): boolean =>
  c.output === undefined && (onFile(file, () => statSync(file, { throwIfNoEntry: false }))?.nlink ?? 1) > 1;

/** Undefined for a static library, whose members have a header each. */
function headerOf(file: string): Header | undefined {
  try {
    return withFile(file, (elf) => elf.header);
  } catch (e) {
    if (isElfError(e, "ARCHIVE")) return undefined;
    throw e;
  }
}

function refuseOthers(header: Header | undefined, elfClass: number): void {
  if (header && header.class !== elfClass) {
    fail("UNSUPPORTED", `the file is of class ELFCLASS${header.class}, and no strip makes ELFCLASS${elfClass} of it`, {
      what: `class ${elfClass}`,
    });
  }
}

/** A strip is silent; -v has GNU strip's line first. */
function report(r: Stripped, c: StripCommand): void {
  if (c.verbose) {
    const header = headerOf(r.file);
    const format = header ? ` [${formatName(header)}]` : "";
    print(`copy from \`${r.file}'${format} to \`${c.output ?? r.file}'${format}`);
    if (!c.dryRun) print(`${r.file}: ${r.sizeBefore} -> ${r.sizeAfter} bytes, ${r.saved} saved`);
  }
  printRewritten(r);
  if (c.dryRun && r.changed) print(`  ${r.saved} bytes saved`);
}

export const strip: Verb = {
  name: "strip",
  help: stripHelp,
  usageCode: REFUSED,
  findsHelp: true,
  run(args) {
    const command = parseStrip(args);
    if (command.info !== undefined) {
      print(command.info === "help" ? stripHelp : stripVersion);
      return OK;
    }

    const edits = stripEdits(command);
    const { failed } = eachFile(
      command.files,
      command.json,
      (file) => stripFile(file, edits, command),
      (r) => report(r, command),
    );
    return failed ? REFUSED : OK;
  },
};
