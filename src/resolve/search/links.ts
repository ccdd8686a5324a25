/** The target of a symbolic link as it is written; undefined for a path that is no link, or does not exist. */
export type ReadLink = (path: string) => string | undefined;

/** How many links Linux follows in one path (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * Follows the links of an absolute path, and resolves `.` and `..` on the way. Undefined for a loop.
 *
 * @param isDirectory asked about what `..` leaves, which the kernel must have been able to enter
 */
export function followLinks(
  path: string,
  readLink: ReadLink,
  isDirectory: (path: string) => boolean = () => true,
): string | undefined {
  // In reverse order, so that the parts of a link's target are pushed at the end.
  const todo = path.split("/").reverse();
  const done: string[] = [];
  let links = 0;
  while (todo.length > 0) {
    const part = todo.pop()!;
    if (part === "" || part === ".") continue;

    if (part === "..") {
      if (!isDirectory(`/${done.join("/")}`)) return undefined;
      done.pop();
      continue;
    }

    const target = readLink(`/${[...done, part].join("/")}`);
    if (target === undefined) {
      done.push(part);
      continue;
    }

    links++;
    if (links > MOST_LINKS) return undefined;
    if (target.startsWith("/")) done.length = 0;
    todo.push(...target.split("/").reverse());
  }

  return `/${done.join("/")}`;
}
