import { MUSL_NAMES, MUSL_RELEASES } from "./data/musl.js";
import { frontCoded, unwrapped } from "./front-coding.js";
import type { MuslRange } from "./target.js";

/** The releases that the table was read from, oldest first. */
export const MUSL_VERSIONS: readonly string[] = MUSL_RELEASES.split(" ");

/**
 * The last release that had names like `open64` as symbols. From the next one on the loader has a list of them instead.
 */
const LAST_WITH_64 = "1.2.3";
const LONGEST_64 = 16;

let parsed: ReadonlyMap<string, MuslRange> | undefined;

function entries(): ReadonlyMap<string, MuslRange> {
  if (parsed) return parsed;
  const out = new Map<string, MuslRange>();
  const release = (digit: string) => MUSL_VERSIONS[parseInt(digit, 36)]!;
  for (const { name, tag } of frontCoded(unwrapped(MUSL_NAMES), 2)) {
    const last = tag[1] === "-" ? null : release(tag[1]!);
    // musl, ldso/dynlink.c, get_lfs64: all names that went with 1.2.3, but its buffer takes 16 characters.
    out.set(name, { first: release(tag[0]!), last, stillBinds: last === LAST_WITH_64 && name.length <= LONGEST_64 });
  }
  return (parsed = out);
}

export const muslRange = (symbol: string): MuslRange | undefined => entries().get(symbol);

export const muslNames = (): Iterable<string> => entries().keys();
