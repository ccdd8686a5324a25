import { parseArgs } from "node:util";
import { type OpenElfFile, readElfFile } from "../node/read-file.js";
import { UsageError } from "./command.js";

/** What the verbs that read files share: their options, and a file that is open while it is read. */

export function withFile<T>(path: string, read: (elf: OpenElfFile) => T): T {
  const elf = readElfFile(path);
  try {
    return read(elf);
  } finally {
    elf.close();
  }
}

export type Flags = Record<string, { type: "boolean" | "string" }>;

export interface ReadArguments {
  readonly files: string[];
  readonly flags: Record<string, boolean | string>;
}

/** Parses options and files. The option `alone` goes with no file, and with no option but --json. */
export function parseReadArguments(args: readonly string[], options: Flags, alone?: string): ReadArguments {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const parsed = { files: positionals, flags: values as Record<string, boolean | string> };
    if (alone !== undefined && parsed.flags[alone] === true) return onlyOption(alone, parsed);
    if (positionals.length === 0) throw new UsageError("missing file name");
    return parsed;
  } catch (e) {
    // Node's message goes on with advice that is not for users of a command.
    if (e instanceof TypeError) throw new UsageError(e.message.split(". ")[0]!);
    throw e;
  }
}

function onlyOption(name: string, parsed: ReadArguments): ReadArguments {
  const others = Object.keys(parsed.flags).filter((flag) => flag !== name && flag !== "json");
  if (parsed.files.length > 0) throw new UsageError(`--${name} takes no file`);
  if (others.length > 0) throw new UsageError(`--${name} does not go with --${others[0]!}`);
  return parsed;
}

export const jsonFlag = { json: { type: "boolean" } } as const satisfies Flags;
