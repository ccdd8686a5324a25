import { fileURLToPath } from "node:url";
import { machineName } from "../files.js";
import { OPTIONS_HELP, overCorpus } from "../over-corpus.js";
import { spread, table, tally } from "../print.js";
import { examine, type FileReport } from "./examine.js";
import { EXCEPTIONS } from "./exceptions.js";

const HELP = `npm run corpus:strip -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Strips every ELF file and static library of a list of real files with --strip-unneeded, -g and -R .comment, and compares the results with those of the file's
own GNU strip, or of llvm-strip-19 where that does not know the file: sections, symbols, size. Compares them with the input, too: bytes of
the PT_LOADs, program headers, relocations, groups, contents, warnings of readelf and llvm-readelf, a second identical strip. The files are
fetched once by ../shared/corpus/fetch-corpus into .cache/corpus-LIST; ELFWRIGHT_CORPUS=DIR takes a folder that is there.

${OPTIONS_HELP}`;

/** The tables. Returns the exit status: 1 where anything failed, or an exception has outlived its reason. */
function print(list: string, reports: readonly FileReport[], whole: boolean): number {
  const elf = reports.filter((r) => r.kind !== "other");
  const outcomes = elf.flatMap((r) => r.outcomes.map((o) => ({ ...o, file: r.file })));
  const failed = outcomes.filter((o) => o.failures.length > 0);
  const alone = outcomes.filter((o) => o.theirs === undefined);
  console.log(
    `${list}: ${reports.length} files, ${elf.filter((r) => r.kind === "ELF").length} of them ELF, ${elf.filter((r) => r.type === 1).length} of these relocatable, ${elf.filter((r) => r.kind === "archive").length} static libraries`,
  );
  console.log(`\n${table([["machine", "files"], ...tally(elf.map((r) => machineName(r.machine)))])}`);
  const rows = [...new Set(outcomes.map((o) => o.wish))].map((wish) => {
    const of = outcomes.filter((o) => o.wish === wish);
    const both = of.filter((o) => o.ours !== undefined && o.theirs !== undefined);
    const { median, p90 } = spread(both.map((o) => o.ours! - o.theirs!));

    return [
      wish,
      of.length,
      both.length,
      of.filter((o) => o.overlay !== undefined).length,
      of.filter((o) => o.excused.length > 0).length,
      of.filter((o) => o.failures.length > 0).length,
      median,
      p90,
    ];
  });
  console.log(
    `\n${table([["wish", "files", "compared", "with a payload", "excused", "failed", "ours - theirs, median", "90th percentile"], ...rows])}`,
  );
  console.log(
    `\n${table([["compared with", "strips"], ...tally(outcomes.map((o) => (o.theirs === undefined ? "no tool can strip it" : o.tool)))])}`,
  );

  for (const [why] of tally(alone.map((o) => o.tool))) {
    console.log(
      `\n${why}\n  ${[...tally(alone.filter((o) => o.tool === why).map((o) => o.file)).keys()].join("\n  ")}`,
    );
  }

  const unused = EXCEPTIONS.filter(
    (e) => !outcomes.some((o) => e.file.test(o.file) && o.excused.some((x) => x.startsWith(`${e.kind}:`))),
  );
  for (const e of EXCEPTIONS) {
    console.log(
      `\nexcused (${e.kind}, ${e.file.source}): ${e.reason}\n  ${[...new Set(outcomes.filter((o) => e.file.test(o.file) && o.excused.some((x) => x.startsWith(`${e.kind}:`))).map((o) => o.file))].join("\n  ")}`,
    );
  }

  if (whole) for (const e of unused) console.log(`\nUNUSED EXCEPTION (${e.kind}): ${e.file.source}`);
  for (const o of failed) {
    console.log(
      `\nFAILED ${o.file}, ${o.wish}, beside ${o.tool}:\n  ${o.failures.slice(0, 6).join("\n  ").slice(0, 3000)}`,
    );
  }

  console.log(`\n${outcomes.length} strips: ${outcomes.length - failed.length} right, ${failed.length} failed`);
  return failed.length > 0 || (whole && unused.length > 0) ? 1 : 0;
}

await overCorpus<FileReport>({
  script: fileURLToPath(import.meta.url),
  help: HELP,
  examine,
  print,
  failed: (file, why) => ({
    file,
    machine: 0,
    type: 0,
    kind: "ELF",
    outcomes: [{ wish: "all", tool: "", failures: [why], excused: [] }],
  }),
});
