import { isElfError } from "../error.js";
import { OK, print, REFUSED, USAGE, isUsageError, type Verb, warn } from "./command.js";
import { VERBS } from "./verbs.js";
import { version } from "./version.js";

const overview = `usage: elfwright VERB [OPTIONS] FILE…

${VERBS.map((v) => `  ${v.name.padEnd(10)}${v.summary}`).join("\n")}

elfwright VERB --help says more. Exit 0 done or nothing to do, 1 refused or findings of level
error, 2 wrong usage (1 for patchelf, chrpath and strip, as their models do).
`;

/** Runs the command with these arguments and gives the exit code. `verb` is the one that they name, if it exists. */
export async function runCommand([name, ...args]: readonly string[], verb: Verb | undefined): Promise<number> {
  if (name === undefined) {
    process.stderr.write(overview);
    return USAGE;
  }

  if (name === "--help" || name === "-h" || name === "help") {
    print(overview);
    return OK;
  }

  if (name === "--version") {
    print(version);
    return OK;
  }

  if (verb) return await runVerb(verb, args);
  warn(`unknown verb ${name}; see elfwright --help`);
  return USAGE;
}

async function runVerb(verb: Verb, args: readonly string[]): Promise<number> {
  if (!verb.findsHelp && (args.includes("--help") || args.includes("-h"))) {
    print(verb.help);
    return OK;
  }

  try {
    return await verb.run(args);
  } catch (e) {
    if (isUsageError(e)) {
      warn(`${verb.name}: ${e.message}; see elfwright ${verb.name} --help`);
      return verb.usageCode;
    }
    if (!isElfError(e)) throw e;

    // An edit that is wrong in itself: it is refused before any file is opened.
    warn(`${verb.name}: ${e.message}`);
    return REFUSED;
  }
}
