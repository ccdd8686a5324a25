import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as lib from "../../src/index.js";
import type { Edit, OverlayChoice } from "../../src/index.js";
import { everyEdit, type Way } from "../support/every-edit.js";
import { OPTIONS_HELP, overCorpus } from "./over-corpus.js";

const HELP = `npm run corpus:hashes -- small|full [--only PATTERN] [--jobs N] [--json FILE [--resume]]

Patches and strips every file of a list in very many ways and prints a line for each: the file, the edits, a hash of the
result, of its placements and notes, and of its changes; or the refusal. Run it before and after a change that must
change no answer, and compare with diff.

${OPTIONS_HELP}`;

interface Report {
  readonly file: string;
  readonly lines: readonly string[];
}

/**
 * Combinations of two to five ways, drawn by the names of the file and of the ways. So a new way comes into few of
 * them, and the others can be compared with what was printed before.
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

/** A second patch of what the first one made, so that its layout meets the old one. */
const SECOND = (): Edit[] => [lib.setRunpath(`/opt/second/${"y".repeat(400)}`), lib.addNeeded("libsecond.so.1")];

function tryWay(bytes: Buffer, { name, edits }: Way, overlay: OverlayChoice | undefined): string[] {
  const label = overlay === undefined ? name : `${name} (${overlay})`;
  try {
    const { bytes: result, plan, notes, changes, changed } = lib.patch(bytes, edits(), { overlay });
    const hashes = [hash(result), hash(json([plan.placements, notes, plan.findings])), hash(json(changes))];
    const lines = [[label, ...hashes, changed ? "changed" : "same"].join("\t")];
    if (overlay === undefined && changed && bytes.length < 4 << 20) {
      lines.push(...tryWay(result, { name: `${name} then second`, edits: SECOND }, overlay));
    }

    return lines;
  } catch (e) {
    if (!lib.isElfError(e)) return [`${label}\tTHREW ${String(e)}`];

    const lines = [`${label}\t${e.message}`];
    if (e.code === "OVERLAY" && overlay === undefined) {
      for (const choice of OVERLAY_CHOICES) lines.push(...tryWay(bytes, { name, edits }, choice));
    }

    return lines;
  }
}

const OVERLAY_CHOICES: readonly OverlayChoice[] = ["keep", "keep-in-place", "drop"];

/** Larger files are not patched with combinations, since each result is as large as the file. */
const LARGEST_COMBINED = 24 << 20;

/** The ways for static libraries, which take strips alone. */
const ARCHIVE_WAYS: readonly Way[] = [
  { name: "stripUnneeded", edits: () => [lib.stripUnneeded()] },
  { name: "stripDebug", edits: () => [lib.stripDebug()] },
  { name: "stripAll", edits: () => [lib.stripAll({ force: true })] },
  { name: "removeSections", edits: () => [lib.removeSections(".comment")] },
];

function examine(path: string, file: string): Report {
  const bytes = readFileSync(path);
  let all: readonly Way[];
  try {
    all = everyEdit(lib.readElf(bytes));
  } catch (e) {
    if (!lib.isElfError(e, "ARCHIVE")) return { file, lines: [`read\t${String(e)}`] };
    all = ARCHIVE_WAYS;
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
