import { oneText } from "./arguments.js";
import { formatSummary } from "../summary-text.js";
import { summarize, type SummarizeOptions } from "../summary.js";
import { type ElfSubject, judge, type Verdict } from "./verdict.js";

/** The lines of one text that the other one has not, those that went with a minus. */
function differingLines(before: string, after: string): string[] {
  const [old, now] = [before, after].map((text) => text.trimEnd().split(/\r?\n/));
  const gone = old!.filter((line) => !now!.includes(line)).map((line) => `- ${line}`);
  const come = now!.filter((line) => !old!.includes(line)).map((line) => `+ ${line}`);
  const pairs = Array.from({ length: Math.max(gone.length, come.length) }, (_, i) => [gone[i], come[i]]);
  return pairs.flat().filter((line) => line !== undefined);
}

/** Is the summary this text? For runners without snapshots. */
export function toHaveSummary(subject: ElfSubject, text: string, options: SummarizeOptions = {}): Verdict {
  const wanted = oneText("toHaveSummary", text);
  const question = {
    to: "have the summary that it had",
    table: "summary",
    expected: "the same lines",
    unexpected: "other lines",
  };
  return judge(subject, question, (elf) => {
    const lines = differingLines(wanted, formatSummary(summarize(elf, options)));
    return { pass: lines.length === 0, found: lines.length > 0 ? lines : ["the same lines"] };
  });
}
