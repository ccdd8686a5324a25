import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as lib from "../../src/index.js";
import type { Edit, OverlayChoice } from "../../src/index.js";
import { everyEdit, type Way } from "../support/every-edit.js";
import { OPTIONS_HELP, overCorpus } from "./over-corpus.js";

const HELP = `npm run corpus:hashes -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Patches and strips every file of a list in very many ways and prints a line for each: the file, the edits, a hash of the result, of its
placements and notes, and of its changes; or the refusal. Run before and after a change that shall change no answer, and compare with diff.

${OPTIONS_HELP}`;

interface Report {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * Some of them together. Which ones follows from the name of the file and from their own: a new one comes into few of
 * them, and the others can be compared with what was printed before it.
 */
function combinations(all: readonly Way[], file: string): Way[] {
  return Array.from({ length: 24 }, (_, i) => {
    const drawn = all.map((way) => ({ way, lot: hash(`${file} ${i} ${way.name}`) }));
    drawn.sort((a, b) => (a.lot < b.lot ? -1 : 1));

    const ways = drawn.slice(0, 2 + (i % 4)).map((d) => d.way);
    return { name: ways.map((w) => w.name).join(" + "), edits: () => ways.flatMap((w) => w.edits()) };
  });
}

const hash = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex").slice(0, 16);

const json = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? String(v) : v));

/** A second patch of what the first one made: its own layout meets the old one's. */
const SECOND = (): Edit[] => [lib.setRunpath(`/opt/second/${"y".repeat(400)}`), lib.addNeeded("libsecond.so.1")];

function tryWay(bytes: Buffer, { name, edits }: Way, overlay: OverlayChoice | undefined): string[] {
  const label = overlay === undefined ? name : `${name} (${overlay})`;
  try {
    const r = lib.patch(bytes, edits(), { overlay });
    const lines = [
      `${label}\t${hash(r.bytes)}\t${hash(json([r.plan.placements, r.notes, r.plan.findings]))}\t${hash(json(r.changes))}\t${r.changed ? "changed" : "same"}`,
    ];
    if (overlay === undefined && r.changed && bytes.length < 4 << 20) {
      lines.push(...tryWay(r.bytes, { name: `${name} then second`, edits: SECOND }, overlay));
    }

    return lines;
  } catch (e) {
    if (lib.isElfError(e, "OVERLAY") && overlay === undefined) {
      return [
        `${label}\t${e.message}`,
        ...(["keep", "keep-in-place", "drop"] as const).flatMap((o) => tryWay(bytes, { name, edits }, o)),
      ];
    }
    return [`${label}\t${lib.isElfError(e) ? e.message : `THREW ${String(e)}`}`];
  }
}

/** What large files are not patched with: each of the results is as large. */
const LARGEST_COMBINED = 24 << 20;

function examine(path: string, file: string): Report {
  const bytes = readFileSync(path);
  let all: Way[];
  try {
    all = everyEdit(lib.readElf(bytes));
  } catch (e) {
    if (!lib.isElfError(e, "ARCHIVE")) return { file, lines: [`read\t${String(e)}`] };
    all = ["stripUnneeded", "stripDebug", "stripAll", "removeSections"].map((name) => ({
      name,
      edits: () =>
        ({
          stripUnneeded: [lib.stripUnneeded()],
          stripDebug: [lib.stripDebug()],
          stripAll: [lib.stripAll({ force: true })],
          removeSections: [lib.removeSections(".comment")],
        })[name]!,
    }));
  }

  const ways = bytes.length > LARGEST_COMBINED ? all : [...all, ...combinations(all, file)];
  return { file, lines: ways.flatMap((w) => tryWay(bytes, w, undefined)) };
}

await overCorpus<Report>({
  script: fileURLToPath(import.meta.url),
  help: HELP,
  examine: (path, file) => examine(path, file),
  failed: (file, why) => ({ file, lines: [`FAILED ${why}`] }),
  print: (_, reports) => {
    for (const r of [...reports].sort((a, b) => (a.file < b.file ? -1 : 1))) {
      for (const l of r.lines) console.log(`${r.file}\t${l}`);
    }
    return reports.some((r) => r.lines.some((l) => l.startsWith("FAILED"))) ? 1 : 0;
  },
});
