import { normalized } from "../../codec/paths.js";

/** What stands for dynamic string tokens (ld.so(8)); undefined where nothing is known, and the element is dropped. */
export interface Tokens {
  readonly ORIGIN: string | undefined;
  readonly LIB: string | undefined;
  readonly PLATFORM: string | undefined;
}

const TOKEN = /\$(?:(ORIGIN|PLATFORM|LIB)(?![A-Za-z0-9_])|\{(ORIGIN|PLATFORM|LIB)\})/g;

/** Longer elements lead nowhere (PATH_MAX), even where a token is longer than what stands for it. */
const LONGEST = 1 << 15;

/** A path with its tokens replaced by glibc's rules; undefined where it is dropped. */
export function expand(path: string, tokens: Tokens): string | undefined {
  if (!path.includes("$")) return path;
  if (path.length > LONGEST) return undefined;
  let dropped = false;
  const out = path.replace(TOKEN, (_, bare: keyof Tokens | undefined, braced: keyof Tokens | undefined) => {
    const value = tokens[(bare ?? braced)!];
    dropped ||= value === undefined;
    return value ?? "";
  });
  return dropped || out === "" ? undefined : out;
}

/**
 * In secure mode `$ORIGIN` counts only as a whole first part of the path (glibc: _dl_dst_substitute), and for the
 * program's own paths only where the result lies in a directory that is trusted anyway.
 */
export function expandSecurely(path: string, tokens: Tokens, trusted: readonly string[] | null): string | undefined {
  const uses = [...path.matchAll(TOKEN)].filter((m) => (m[1] ?? m[2]) === "ORIGIN");
  if (uses.some((m) => m.index > 0 || !/^(\/|$)/.test(path.slice(m[0].length)))) return undefined;
  const out = expand(path, tokens);
  if (out === undefined || uses.length === 0 || trusted === null) return out;
  // By text alone, as glibc does it there.
  const real = `${normalized(out)}/`;
  return trusted.some((t) => real.startsWith(`${t}/`)) ? out : undefined;
}
