import { normalized } from "../../codec/paths.js";

/** What dynamic string tokens stand for (ld.so(8)). Undefined if that is unknown: the element is dropped then. */
export interface Tokens {
  readonly ORIGIN: string | undefined;
  readonly LIB: string | undefined;
  readonly PLATFORM: string | undefined;
}

const TOKEN = /\$(?:(ORIGIN|PLATFORM|LIB)(?![A-Za-z0-9_])|\{(ORIGIN|PLATFORM|LIB)\})/g;

/** Longer elements exceed PATH_MAX, even if each token is replaced by something shorter. */
const LONGEST = 1 << 15;

/** A path with its tokens replaced by glibc's rules; undefined if it is dropped. */
export function expand(path: string, tokens: Tokens): string | undefined {
  if (!path.includes("$")) return path;
  if (path.length > LONGEST) return undefined;

  let isDropped = false;
  const expanded = path.replace(TOKEN, (_, bare: keyof Tokens | undefined, braced: keyof Tokens | undefined) => {
    const value = tokens[(bare ?? braced)!];
    if (value === undefined) isDropped = true;
    return value ?? "";
  });
  return isDropped || expanded === "" ? undefined : expanded;
}

/**
 * In secure mode, `$ORIGIN` counts only as the whole first part of a path (glibc: _dl_dst_substitute). In the program's
 * own paths it counts only if the result lies in a trusted directory.
 *
 * @param trusted the trusted directories for a path of the program; null for a path of a library
 */
export function expandSecurely(path: string, tokens: Tokens, trusted: readonly string[] | null): string | undefined {
  const origins = [...path.matchAll(TOKEN)].filter((m) => (m[1] ?? m[2]) === "ORIGIN");
  const isFirstPart = origins.every((m) => m.index === 0 && /^(\/|$)/.test(path.slice(m[0].length)));
  if (!isFirstPart) return undefined;

  const expanded = expand(path, tokens);
  if (expanded === undefined || origins.length === 0 || trusted === null) return expanded;

  // The text alone decides, as in glibc.
  const directory = `${normalized(expanded)}/`;
  return trusted.some((t) => directory.startsWith(`${t}/`)) ? expanded : undefined;
}
