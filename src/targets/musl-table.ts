import { MUSL_NAMES, MUSL_RELEASES } from "./data/musl.js";
import { frontCoded, unwrapped } from "./front-coding.js";
import type { MuslRange } from "./target.js";

/** The releases that the table was read from, oldest first. */
export const MUSL_VERSIONS: readonly string[] = /* @__PURE__ */ MUSL_RELEASES.split(" ");

/** The last release that had names like `open64` as symbols. From the next one on, the loader has a list of them. */
const LAST_WITH_64 = "1.2.3";

/** The loader's buffer takes names of at most 16 characters (musl, ldso/dynlink.c, get_lfs64). */
const LONGEST_64 = 16;

let parsed: ReadonlyMap<string, MuslRange> | undefined;

/** All symbols by name; parsed at first use. */
function entries(): ReadonlyMap<string, MuslRange> {
  parsed ??= parse();
  return parsed;
}

function parse(): Map<string, MuslRange> {
  const releaseOf = (digit: string) => MUSL_VERSIONS[parseInt(digit, 36)]!;
  const symbols = new Map<string, MuslRange>();
  for (const { name, tag } of frontCoded(unwrapped(MUSL_NAMES), 2)) {
    const first = releaseOf(tag[0]!);
    const last = tag[1] === "-" ? null : releaseOf(tag[1]!);
    // The loader's list has all names that went after 1.2.3.
    symbols.set(name, { first, last, stillBinds: last === LAST_WITH_64 && name.length <= LONGEST_64 });
  }
  return symbols;
}

export const muslRange = (symbol: string): MuslRange | undefined => entries().get(symbol);

export const muslNames = (): Iterable<string> => entries().keys();
