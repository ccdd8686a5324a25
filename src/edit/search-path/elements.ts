export { normalized } from "../../codec/paths.js";

/**
 * The elements of a search path. An empty path has none. An empty element counts, as ld.so takes it for the current
 * directory.
 */
export const elements = (path: string): string[] => (path === "" ? [] : path.split(":"));

const ORIGIN = /^\$(?:ORIGIN(?![A-Za-z0-9_])|\{ORIGIN\})/;
const TOKEN = /\$(?:(?:ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_])|\{(?:ORIGIN|LIB|PLATFORM)\})/;

/**
 * Does the element have a token that ld.so replaces: `$ORIGIN`, `$LIB`, `$PLATFORM` (ld.so(8), "Dynamic string
 * tokens")?
 */
export const hasToken = (element: string): boolean => TOKEN.test(element);

/**
 * The directory that an element names for a file in `origin`; undefined for a relative element, and for one with
 * another token.
 */
export function directoryNamed(element: string, origin: string | undefined): string | undefined {
  const path = origin === undefined ? element : element.replace(ORIGIN, () => origin);
  return path.startsWith("/") && !hasToken(path) ? path : undefined;
}

/** Is the path the directory `root` or inside it? Both are normalized. */
export const isInside = (path: string, root: string): boolean =>
  root === "/" || path === root || path.startsWith(`${root}/`);

/** The element that leads from one directory to another. Both are normalized. */
export function fromOrigin(origin: string, directory: string): string {
  const from = origin.split("/").filter((p) => p !== "");
  const to = directory.split("/").filter((p) => p !== "");

  let common = 0;
  while (common < from.length && from[common] === to[common]) common++;

  return ["$ORIGIN", ...from.slice(common).map(() => ".."), ...to.slice(common)].join("/");
}
