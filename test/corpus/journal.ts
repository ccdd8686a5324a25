import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

/** The reports of files, each written as one line of JSON when it comes, so that a stopped check can go on. */
export class Journal<R extends { readonly file: string }> {
  readonly reports: R[];
  readonly #path: string | undefined;

  /** @param resume take over what the file holds, where it would begin anew */
  constructor(path: string | undefined, resume: boolean) {
    this.#path = path;
    const isKept = path !== undefined && resume && existsSync(path);
    // The last line may have been cut off when the check was stopped; its file is examined again.
    const lines = isKept ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
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
