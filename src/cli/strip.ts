import { removeSections, stripUnneeded } from "../strip/strip.js";
import type { Edit } from "../request/edits.js";
import { splitOption, takeValue, UsageError, type Verb } from "./command.js";
import { overlayChoice, rewriteFiles, type RewriteOptions } from "./rewrite.js";

export const strip: Verb = {
  name: "strip",
  summary: "drop symbols and debugging information; GNU strip's own options",
  help: `usage: elfwright strip [OPTIONS] FILE…

  --strip-unneeded           drop what is not needed to run (the default, also -s and --strip-all: for programs and
                             libraries all three are the same)
  -R, --remove-section NAME  remove a section that is not loaded, too; * stands for any characters; may be repeated
  -o FILE                    write there; one input file
  --overlay=keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
  --dry-run                  say what would go, write nothing
  --json                     an array of results (see docs/json.md)

No byte of any segment changes. Bytes behind the end of the ELF file are refused unless --overlay says what to do.`,
  run(args) {
    const files: string[] = [], sections: string[] = [];
    const o: { -readonly [K in keyof RewriteOptions]: RewriteOptions[K] } = { json: false, dryRun: false, output: undefined, overlay: undefined };
    for (const rest = [...args]; rest.length > 0; ) {
      const arg = rest.shift()!, { name, inline } = splitOption(arg);
      switch (name) {
        case "--strip-unneeded": case "--strip-all": case "-s": break;
        case "-R": case "--remove-section": sections.push(takeValue(name, inline, rest)); break;
        case "-o": case "--output-file": o.output = takeValue(name, inline, rest); break;
        case "--overlay": o.overlay = overlayChoice(takeValue(name, inline, rest)); break;
        case "--json": o.json = true; break;
        case "--dry-run": o.dryRun = true; break;
        default:
          if (arg.startsWith("-R") && arg.length > 2) sections.push(arg.slice(2));
          else if (arg.startsWith("-") && arg !== "-") throw new UsageError(`strip: unknown option ${arg}`);
          else files.push(arg);
      }
    }
    if (files.length === 0) throw new UsageError("strip: missing file name");
    if (o.output !== undefined && files.length > 1) throw new UsageError("strip: -o takes one input file");
    // As with GNU strip, -R comes on top of the default and does not replace it.
    const edits: Edit[] = [stripUnneeded(), ...(sections.length > 0 ? [removeSections(...sections)] : [])];
    return rewriteFiles(files, edits, o);
  },
};
