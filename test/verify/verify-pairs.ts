import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { progress } from "../corpus/print.js";
import { byHand } from "./by-hand.js";
import { type Maker, makeFrom, makers, patchelfs, type Named } from "./makers.js";
import { specialRecipes } from "./special.js";
import { possible, type Subject, type SubjectKind, usualRecipes, Workshop } from "./subjects.js";
import { observe, type Seen, type Truth, truthOf } from "./truth.js";

const HELP = `npm run verify:pairs -- [--only PATTERN] [--patchelf PATH] [--save DIR]

Makes pairs of files, one as a linker made it, the other as patchelf, a strip, objcopy or a hand made it of that, and
finds out by runs of both whether the second is the same program. Then \`sameProgram\` has to say the same of each pair.

  --only PATTERN    only pairs whose name matches this regular expression
  --patchelf PATH   another patchelf beside the installed one and Debian 13's
  --save DIR        keeps all files, with a manifest`;

/** Two files, and what is known of them. */
interface Pair {
  readonly id: string;
  readonly by: string;
  readonly kind: SubjectKind;
  readonly before: string;
  readonly after: string;
  readonly edits: readonly Named[];
  readonly truth: Truth;
  /** What a run shows, or the reason of a truth that no run can tell. */
  readonly why: string;
}

/** Makes all pairs, each in a folder of its own kind, and hands them over one by one. */
function* pairsIn(folder: string, only: RegExp, others: readonly string[]): Generator<Pair> {
  const shop = new Workshop(join(folder, "built"));
  const all: readonly Maker[] = [...makers(patchelfs(others)), ...byHand()];

  for (const recipe of possible([...usualRecipes(), ...specialRecipes()])) {
    const wanted = all.filter((m) => only.test(`${recipe.name}: ${m.name} (${m.by})`));
    if (wanted.length === 0) continue;

    const subject = recipe.make(shop);
    const before = observe(shop, subject, subject.path);
    expectWhole(subject, before);

    for (const maker of wanted.filter((m) => m.takes(subject))) {
      const id = `${recipe.name}: ${maker.name} (${maker.by})`;
      const after = join(folder, id.replace(/[^\w.+-]+/g, "-"));
      if (!makeFrom(maker, subject, shop, after)) continue;

      const { by, edits, lost } = maker;
      const { truth, why } = maker.stated ?? truthOf(before, observe(shop, subject, after), lost);
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

function main(): number {
  const { values } = parseArgs({
    options: {
      only: { type: "string", default: "" },
      patchelf: { type: "string", multiple: true, default: [] },
      save: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }

  const scratch = mkdtempSync(join(tmpdir(), "elfwright-verify-"));
  const folder = values.save ?? scratch;
  mkdirSync(folder, { recursive: true });
  const pairs: Pair[] = [];
  const write = () => writeFileSync(join(folder, "manifest.json"), JSON.stringify(pairs, null, 1));
  try {
    for (const pair of pairsIn(folder, new RegExp(values.only), values.patchelf)) {
      pairs.push(pair);
      progress(`${pairs.length} ${pair.id}`);
      if (pairs.length % 25 === 0) write();
      if (values.save === undefined) rmSync(pair.after);
    }
    write();
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const count = (truth: Truth) => pairs.filter((p) => p.truth === truth).length;
  console.log(`${pairs.length} pairs: ${count("whole")} whole, ${count("broken")} broken, ${count("told")} told`);
  return 0;
}

process.exitCode = main();
