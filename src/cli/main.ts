#!/usr/bin/env node
import { isElfError } from "../error.js";
import { OK, print, REFUSED, USAGE, UsageError, type Verb, warn } from "./command.js";
import { patchelf } from "./patchelf.js";
import { checkVerb, diffVerb, show } from "./read-verbs.js";
import { strip } from "./strip.js";
import { version } from "./version.js";

const verbs: readonly Verb[] = [show, checkVerb, diffVerb, patchelf, strip];

const overview = (): string => `usage: elfwright VERB [OPTIONS] FILE…

${verbs.map((v) => `  ${v.name.padEnd(10)}${v.summary}`).join("\n")}

elfwright VERB --help says more. Exit 0 done or nothing to do, 1 refused or findings of level error, 2 wrong usage.`;

function main([name, ...args]: readonly string[]): number {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    print(overview());
    return name === undefined ? USAGE : OK;
  }
  if (name === "--version") {
    print(version);
    return OK;
  }
  const verb = verbs.find((v) => v.name === name);
  if (!verb) throw new UsageError(`unknown verb ${name}`);
  if (args.includes("--help") || args.includes("-h")) {
    print(verb.help);
    return OK;
  }
  return verb.run(args);
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (e) {
  const usage = e instanceof UsageError;
  if (!usage && !isElfError(e)) throw e;
  warn(usage ? `${e.message}; see elfwright --help` : (e as Error).message);
  // The drop-in verbs exit as their models do.
  process.exitCode = !usage || ["patchelf", "strip"].includes(process.argv[2] ?? "") ? REFUSED : USAGE;
}
