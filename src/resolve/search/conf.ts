import type { SeenFiles } from "./files.js";
import { directoryOfPath } from "./object.js";

const MOST_INCLUDES = 1000;

/** The directories of ld.so.conf (ldconfig(8)), `include` followed. */
export function configuredDirectories(files: SeenFiles, path: string): string[] {
  const seen = new Set<string>();
  const read = (file: string): string[] => {
    if (seen.has(file) || seen.size === MOST_INCLUDES) return [];

    seen.add(file);
    return (files.text(file) ?? "").split("\n").flatMap((line) => {
      const [word = "", ...rest] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (word === "include") {
        return rest
          .flatMap((pattern) =>
            matching(files, pattern.startsWith("/") ? pattern : `${directoryOfPath(file)}/${pattern}`),
          )
          .flatMap(read);
      }
      // What stands behind `=` was once the kind of the libraries in there.
      return word.startsWith("/") ? [word.replace(/=[^=/]*$/, "").replace(/(.)\/+$/, "$1")] : [];
    });
  };
  return [...new Set(read(path))];
}

/** The files that a pattern names, in order (glob(3)). */
function matching(files: SeenFiles, pattern: string): string[] {
  let found = [""];
  for (const part of pattern.split("/").slice(1)) {
    if (!/[*?]/.test(part)) {
      found = found.map((f) => `${f}/${part}`);
    } else {
      found = found
        .flatMap((f) =>
          files
            .list(f || "/")
            .filter((n) => matches(n, part))
            .sort()
            .map((n) => `${f}/${n}`),
        )
        .slice(0, MOST_INCLUDES);
    }
  }

  return found;
}

/** `*` and `?` of glob(7); a leading dot must be written. */
function matches(name: string, pattern: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;

  let n = 0;
  let p = 0;
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
