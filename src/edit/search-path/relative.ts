import { elements, fromOrigin, hasToken, isInside, normalized } from "./elements.js";

/** Where a directory of the search path really is, as an absolute path; undefined to take it as it is written. */
export type DirectoryResolver = (directory: string) => string | undefined;

/** Options of {@link makeRunpathRelative}. */
export interface MakeRunpathRelativeOptions {
  /** The directory that moves as a whole: absolute; `/` for a tree whose paths are already those of the target. */
  readonly root: string;
  /** The directory that the file lies in, inside `root`. */
  readonly origin: string;
  /** What becomes of absolute directories that are not in `root`. Default: `"keep"`. */
  readonly outside?: "keep" | "drop" | undefined;
  /** Follows symbolic links; without it paths are taken as they are written. */
  readonly resolve?: DirectoryResolver | undefined;
}

/** What a search path shall be relative to. */
export interface RelativeTo {
  readonly root: string;
  readonly origin: string;
  readonly outside: "keep" | "drop";
  readonly resolve?: DirectoryResolver;
}

/** The path, with the directories inside `root` relative to the file. */
export function madeRelative(path: string, { root, origin, outside, resolve }: RelativeTo): string {
  const out: string[] = [];
  const present = new Set<string>();
  const add = (element: string) => {
    out.push(element);
    present.add(element);
  };

  for (const element of elements(path)) {
    const isRelative = !element.startsWith("/") || hasToken(element);
    if (isRelative) {
      add(element);
      continue;
    }

    const directory = normalized(resolve?.(element) ?? element);
    const becomesRelative = isInside(directory, root) && isElement(directory);
    if (becomesRelative) {
      const relative = fromOrigin(origin, directory);
      if (!present.has(relative)) add(relative);
    } else if (outside === "keep") {
      add(element);
    }
  }

  return out.join(":");
}

/** Can a search path name the directory? */
const isElement = (directory: string): boolean => !directory.includes(":") && !hasToken(directory);
