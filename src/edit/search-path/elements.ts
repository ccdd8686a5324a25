export { normalized } from "../../codec/paths.js";

/**
 * The elements of a search path. An empty path has none; an empty element is one, as ld.so takes it for the current
 * directory.
 */
export const elements = (path: string): string[] => (path === "" ? [] : path.split(":"));

const ORIGIN = /^\$(?:ORIGIN(?![A-Za-z0-9_])|\{ORIGIN\})/;
const TOKEN = /\$(?:(?:ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_])|\{(?:ORIGIN|LIB|PLATFORM)\})/;

/**
 * Does ld.so put something in the element's place that the file does not say: `$ORIGIN`, `$LIB`, `$PLATFORM` (ld.so(8),
 * "Dynamic string tokens")?
 */
export const hasToken = (element: string): boolean => TOKEN.test(element);

/**
 * The directory that an element names for a file in `origin`; undefined for a relative one, or where another token
 * decides.
 */
export function directoryNamed(element: string, origin: string | undefined): string | undefined {
  const path = origin === undefined ? element : element.replace(ORIGIN, () => origin);
  return path.startsWith("/") && !hasToken(path) ? path : undefined;
}

/** Is a path, both normalized, the directory `root` or in it? */
export const isInside = (path: string, root: string): boolean =>
  root === "/" || path === root || path.startsWith(`${root}/`);

/** The way from one directory to another as an element, both normalized. */
export function fromOrigin(origin: string, directory: string): string {
  const from = origin.split("/").filter((p) => p !== "");
  const to = directory.split("/").filter((p) => p !== "");
  let common = 0;
  while (common < from.length && from[common] === to[common]) common++;
  return ["$ORIGIN", ...from.slice(common).map(() => ".."), ...to.slice(common)].join("/");
}
