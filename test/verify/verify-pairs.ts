import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { progress } from "../corpus/print.js";
import { byHand } from "./by-hand.js";
import { judge } from "./judge.js";
import { type JudgedPair, type MadePair, outcomeOf, printJudged, WRONG } from "./judged.js";
import { knownOf, type Maker, makeFrom, makers, patchelfs } from "./makers.js";
import { specialRecipes } from "./special.js";
import { possible, type Subject, usualRecipes, Workshop } from "./subjects.js";
import { observe, type Seen } from "./truth.js";

const HELP = `npm run verify:pairs -- [--only PATTERN] [--patchelf PATH] [--save DIR] [--json FILE]
npm run verify:pairs -- --from DIR [--only PATTERN] [--json FILE]

Makes pairs of files, one as a linker made it, the other as patchelf, a strip, objcopy or a hand made it of that, and
finds out by runs of both whether the second is the same program. Then \`sameProgram\` has to say the same of each pair.
The exit status is 1 where it is wrong.

  --only PATTERN    only pairs whose name matches this regular expression
  --patchelf PATH   another patchelf beside the installed one and Debian 13's
  --save DIR        keeps all files, with a manifest
  --from DIR        judges the pairs of a manifest again, and makes none
  --json FILE       every pair with its truth and what was said of it`;

/** Makes all pairs, and hands them over one by one. */
function* pairsIn(folder: string, only: RegExp, others: readonly string[]): Generator<MadePair> {
  const shop = new Workshop(join(folder, "built"));
  const all: readonly Maker[] = [...makers(patchelfs(others)), ...byHand()];

  for (const recipe of possible([...usualRecipes(), ...specialRecipes()])) {
    const idOf = (m: Maker): string => `${recipe.name}: ${m.name} (${m.by})`;
    const wanted = all.filter((m) => only.test(idOf(m)));
    if (wanted.length === 0) continue;

    const subject = recipe.make(shop);
    const before = observe(shop, subject, subject.path);
    expectWhole(subject, before);

    for (const maker of wanted.filter((m) => m.takes(subject))) {
      const id = idOf(maker);
      const after = join(folder, id.replace(/[^\w.+-]+/g, "-"));
      if (!makeFrom(maker, subject, shop, after)) continue;

      const { by } = maker;
      const edits = maker.edits.filter((edit) => !(subject.isStripped && edit === "stripped"));
      const { truth, why } = knownOf(maker, subject, before, after, shop);
      yield { id, by, kind: subject.kind, before: subject.path, after, edits, truth, why };
    }
  }
}

/** A subject that does not run as the linker made it tells nothing. */
function expectWhole({ name }: Subject, { native, emulated }: Seen): void {
  const isRight = (seen: string) => seen.startsWith("0\n");
  if (!isRight(native) || (emulated !== null && !isRight(emulated))) {
    throw new Error(`${name} does not run: ${native}\n${emulated ?? ""}`);
  }
}

/** The pairs of a folder that `--save` made. */
function savedIn(folder: string, only: RegExp): MadePair[] {
  const pairs = JSON.parse(readFileSync(join(folder, MANIFEST), "utf8")) as MadePair[];
  return pairs.filter(({ id }) => only.test(id));
}
const MANIFEST = "manifest.json";

function judged(pair: MadePair): JudgedPair {
  const said = judge(readFileSync(pair.before), readFileSync(pair.after));
  return { ...pair, said, outcome: outcomeOf(pair, said) };
}

function main(): number {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      patchelf: { type: "string", multiple: true, default: [] },
      save: { type: "string" },
      from: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const only = new RegExp(values.only);
  const scratch = mkdtempSync(join(tmpdir(), "elfwright-verify-"));
  const folder = values.save ?? scratch;
  mkdirSync(folder, { recursive: true });

  const results: JudgedPair[] = [];
  try {
    const pairs = values.from === undefined ? pairsIn(folder, only, values.patchelf) : savedIn(values.from, only);
    for (const pair of pairs) {
      results.push(judged(pair));
      progress(`${results.length} ${pair.id}`);
      if (folder === scratch && values.from === undefined) rmSync(pair.after);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }

  const made = results.map(({ said: _, outcome: __, ...pair }): MadePair => pair);
  if (values.save !== undefined) writeFileSync(join(folder, MANIFEST), JSON.stringify(made, null, 1));
  if (values.json !== undefined) writeFileSync(values.json, results.map((r) => `${JSON.stringify(r)}\n`).join(""));
  progress("");
  printJudged(results);
  return results.some(({ outcome }) => WRONG.includes(outcome)) ? 1 : 0;
}

process.exitCode = main();
