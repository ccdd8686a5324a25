/**
 * An absolute path without `.`, `..`, and needless slashes. What `..` means behind a symbolic link only a file system
 * knows.
 */
export function normalized(path: string): string {
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") out.pop();
    else if (part !== "" && part !== ".") out.push(part);
  }
  return `/${out.join("/")}`;
}
