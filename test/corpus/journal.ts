import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

/** Reports by file, each written as one line of JSON when it comes, so that a check that was stopped can go on. */
export class Journal<R extends { readonly file: string }> {
  readonly reports: R[];
  readonly #path: string | undefined;

  /** @param resume take over what the file holds; else it begins anew */
  constructor(path: string | undefined, resume: boolean) {
    this.#path = path;
    // A line that was cut off when the check was stopped is made again.
    const lines =
      path !== undefined && resume && existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
    this.reports = lines.map((l) => JSON.parse(l) as R);
    if (path !== undefined) writeFileSync(path, lines.map((l) => `${l}\n`).join(""));
  }

  has(file: string): boolean {
    return this.reports.some((r) => r.file === file);
  }

  add(report: R): void {
    this.reports.push(report);
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(report)}\n`);
  }
}
