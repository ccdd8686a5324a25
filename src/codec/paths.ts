/**
 * An absolute path without `.`, `..` and needless slashes. Links are not followed: what `..` means behind a symbolic
 * link only a file system knows.
 */
export function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
