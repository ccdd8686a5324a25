import { hex } from "../error.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import type { BytePair, Pair } from "./pair.js";

const FIXED = ["class", "littleEndian", "type", "machine", "flags"] as const;
const SETTABLE = ["osabi", "abiVersion"] as const;

/** Where EI_VERSION and e_version stand, which glibc looks at (elf/dl-load.c). */
const VERSIONS: readonly BytePair[] = [
  { from: 6, at: 6, size: 1 },
  { from: 20, at: 20, size: 4 },
];

/** The ELF header: what says for whom the file is, and where it begins. */
export function* headerDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  const old = before.header;
  const now = after.header;
  for (const field of FIXED) {
    if (old[field] !== now[field]) yield damage("header", field, `${field} is ${now[field]}, not ${old[field]}`);
  }

  if (VERSIONS.some((range) => !pair.isSame(range))) {
    yield damage("header", "e_version", "e_version is another");
  }
  for (const field of SETTABLE) {
    const wanted = declared?.header[field] ?? old[field];
    if (wanted !== now[field]) yield edit("header", field, `${field} is ${now[field]}, not ${wanted}`);
  }

  if (old.entry !== now.entry) yield damage("entry", "e_entry", `e_entry is ${hex(now.entry)}, not ${hex(old.entry)}`);
}

/** PT_INTERP. */
export function* interpreterDifferences({ before, after, declared }: Pair): Generator<ProgramDifference> {
  const wanted = declared?.interpreter ?? before.interpreter;
  const now = after.interpreter;
  if (now === wanted) return;

  const isSet = wanted !== null && now !== null && now !== "";
  const say = isSet ? edit : damage;
  yield say("interpreter", "PT_INTERP", `the interpreter is ${now || "none"}, not ${wanted || "none"}`);
}
