import { removeSections, stripUnneeded } from "../strip/edits.js";
import type { Edit } from "../request/edits.js";
import { eachFile, OK, REFUSED, splitOption, takeValue, UsageError, type Verb } from "./command.js";
import { checkFiles, COMMON_HELP, commonOption, overlayChoice, printRewritten, rewriteDefaults, rewriteFile, type RewriteOptions } from "./rewrite.js";

interface Command extends RewriteOptions {
  readonly files: string[];
  readonly sections: string[];
}

function parse(args: readonly string[]): Command {
  const command: Command = { files: [], sections: [], ...rewriteDefaults() };
  for (const rest = [...args]; rest.length > 0; ) {
    const arg = rest.shift()!;
    if (arg === "--") command.files.push(...rest.splice(0));
    else if (arg.startsWith("-") && arg !== "-") option(command, arg, rest);
    else command.files.push(arg);
  }
  checkFiles(command.files, "-o", command);
  return command;
}

/** `-R.comment` and `-oOUT` apart, as getopt takes them. */
const attached = (arg: string) => (/^-[Ro]./.test(arg) ? { name: arg.slice(0, 2), inline: arg.slice(2) } : splitOption(arg));

function option(command: Command, arg: string, rest: string[]): void {
  const { name, inline } = attached(arg), value = () => takeValue(name, inline, rest);
  switch (name) {
    case "-R": case "--remove-section": return void command.sections.push(value());
    case "-o": case "--output-file": return void (command.output = value());
    case "--overlay": return void (command.overlay = overlayChoice(value()));
  }
  if (["--strip-unneeded", "--strip-all", "-s"].includes(arg) || commonOption(command, arg)) return;
  throw new UsageError(`unknown option ${arg}`);
}

export const strip: Verb = {
  name: "strip",
  summary: "drop symbols and debugging information; GNU strip's own options",
  help: `usage: elfwright strip [OPTIONS] FILE…

  --strip-unneeded           drop what is not needed to run (the default, also -s and --strip-all: for programs and
                             libraries all three are the same)
  -R, --remove-section NAME  remove a section that is not loaded, too; * stands for any characters; may be repeated
  -o FILE                    write there; one input file
  --overlay=keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
${COMMON_HELP}

No byte of any segment changes. Bytes behind the end of the ELF file are refused unless --overlay says what to do.
A file that is refused does not keep the others from their turn. Exit 0 done, 1 refused or wrong usage.`,
  usageCode: REFUSED,
  run(args) {
    const command = parse(args);
    // As with GNU strip, -R comes on top of the default and does not replace it.
    const edits: Edit[] = [stripUnneeded(), ...(command.sections.length > 0 ? [removeSections(...command.sections)] : [])];
    const { failed } = eachFile(command.files, command.json, (file) => rewriteFile(file, edits, command), printRewritten);
    return failed ? REFUSED : OK;
  },
};
