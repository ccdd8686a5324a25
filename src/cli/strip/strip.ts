import { fail, isElfError, type Note } from "../../error.js";
import type { Header } from "../../image/elf.js";
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
  /** The bytes that the file lost. Below 0 where a debug link was added. */
  readonly saved: number;
}

async function stripFile(file: string, edits: readonly Edit[], command: StripCommand): Promise<Stripped> {
  const { outputClass, verbose, dryRun } = command;
  if (outputClass !== undefined) refuseOthers(headerOf(file), outputClass);

  // GNU strip says nothing about a section that is not there.
  const told = ({ note }: Note) => note !== "NOT_FOUND" || verbose || dryRun;
  const rewritten = await rewriteFile(file, edits, command, told);
  return { ...rewritten, saved: rewritten.sizeBefore - rewritten.sizeAfter };
}

/** The ELF header. Undefined for a static library: each of its members has one. */
function headerOf(file: string): Header | undefined {
  try {
    return withFile(file, (elf) => elf.header);
  } catch (e) {
    if (isElfError(e, "ARCHIVE")) return undefined;
    throw e;
  }
}

/** Refuses a file of another class than the one that an option names. */
function refuseOthers(header: Header | undefined, elfClass: number): void {
  if (!header || header.class === elfClass) return;
  fail("UNSUPPORTED", `the file is of class ELFCLASS${header.class}, and no strip makes ELFCLASS${elfClass} of it`, {
    what: `class ${elfClass}`,
  });
}

/** A strip without -v and --dry-run is silent. -v prints GNU strip's line first. */
function report(stripped: Stripped, { output, verbose, dryRun }: StripCommand): void {
  const { file, sizeBefore, sizeAfter, saved, changed } = stripped;
  if (verbose) {
    const header = headerOf(file);
    const format = header ? ` [${formatName(header)}]` : "";
    print(`copy from \`${file}'${format} to \`${output ?? file}'${format}`);
    if (!dryRun) print(`${file}: ${sizeBefore} -> ${sizeAfter} bytes, ${saved} saved`);
  }

  printRewritten(stripped);
  if (dryRun && changed) print(`  ${saved} bytes saved`);
}

export const strip: Verb = {
  name: "strip",
  help: stripHelp,
  usageCode: REFUSED,
  findsHelp: true,
  async run(args) {
    const command = parseStrip(args);
    if (command.info !== undefined) {
      print(command.info === "help" ? stripHelp : stripVersion);
      return OK;
    }

    const edits = stripEdits(command);
    const { failed } = await eachFile(
      command.files,
      command.json,
      (file) => stripFile(file, edits, command),
      (stripped) => report(stripped, command),
    );
    return failed ? REFUSED : OK;
  },
};
