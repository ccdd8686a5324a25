/** The target of a symbolic link, as it is written; undefined for what is no link, or is not there. */
export type ReadLink = (path: string) => string | undefined;

/** How many links Linux follows in one path (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * An absolute path with its links followed, `.` and `..` taken out on the way; undefined for a loop.
 *
 * @param isDirectory asked for what `..` leaves: the kernel does not get out of where it cannot get in
 */
export function followLinks(
  path: string,
  readLink: ReadLink,
  isDirectory: (path: string) => boolean = () => true,
): string | undefined {
  // Reversed, so that what a link stands for is put at the end.
  const todo = path.split("/").reverse();
  const done: string[] = [];
  for (let links = 0; todo.length > 0;) {
    const part = todo.pop()!;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (!isDirectory(`/${done.join("/")}`)) return undefined;
      done.pop();
    } else {
      const target = readLink(`/${[...done, part].join("/")}`);
      if (target === undefined) {
        done.push(part);
      } else if (++links > MOST_LINKS) {
        return undefined;
      } else {
        if (target.startsWith("/")) done.length = 0;
        todo.push(...target.split("/").reverse());
      }
    }
  }

  return `/${done.join("/")}`;
}
