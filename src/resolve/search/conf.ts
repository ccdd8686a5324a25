import type { SeenFiles } from "./files.js";
import { directoryOfPath } from "./object.js";

/** The files that are read, and the names that a pattern stands for, at most. */
const MOST_INCLUDES = 1000;

/** The directories of ld.so.conf and of the files that it includes (ldconfig(8)). */
export function configuredDirectories(files: SeenFiles, path: string): string[] {
  const seen = new Set<string>();

  const read = (file: string): string[] => {
    if (seen.has(file) || seen.size === MOST_INCLUDES) return [];
    seen.add(file);

    const lines = (files.text(file) ?? "").split("\n");
    return lines.flatMap((line) => {
      const [word = "", ...rest] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (word === "include") {
        const patterns = rest.map((p) => (p.startsWith("/") ? p : `${directoryOfPath(file)}/${p}`));
        return patterns.flatMap((p) => matching(files, p)).flatMap(read);
      }

      // The word behind `=` was once the kind of the libraries in this directory.
      return word.startsWith("/") ? [word.replace(/=[^=/]*$/, "").replace(/(.)\/+$/, "$1")] : [];
    });
  };

  return [...new Set(read(path))];
}

/** The files that a pattern names, in order (glob(3)). */
function matching(files: SeenFiles, pattern: string): string[] {
  let found = [""];
  for (const part of pattern.split("/").slice(1)) {
    const isPattern = /[*?]/.test(part);
    found = isPattern
      ? found.flatMap((directory) => matchingIn(files, directory, part)).slice(0, MOST_INCLUDES)
      : found.map((directory) => `${directory}/${part}`);
  }
  return found;
}

function matchingIn(files: SeenFiles, directory: string, part: string): string[] {
  const names = files.list(directory || "/").filter((name) => matches(name, part));
  return names.sort().map((name) => `${directory}/${name}`);
}

/** `*` and `?` of glob(7). A leading dot must be matched by a dot. */
function matches(name: string, pattern: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;

  let n = 0;
  let p = 0;
  // The last `*`, and the first character that it does not stand for.
  let star = -1;
  let from = 0;
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      from = n;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === name[n])) {
      n++;
      p++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++from;
    } else {
      return false;
    }
  }

  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
