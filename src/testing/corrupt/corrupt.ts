import { isArchive } from "../../archive/read.js";
import { check, type Finding } from "../../check/check.js";
import { pageFitness } from "../../check/pages.js";
import { newFindings } from "../../check/plan-rules.js";
import { bytesSource, type ElfInput, readExactly, toSource } from "../../codec/source.js";
import { fail, isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { FaultyFile, NothingToBreak } from "./faulty-file.js";
import { type CorruptionKind, kindNames, type RuleKind, recipes } from "./kinds.js";
import type { ArchiveRecipe } from "./hostile/archives.js";
import type { HostileRecipe, RuleRecipe } from "./recipe.js";
import { FAULTY_PAGE, pageRecipes } from "./rules/pages.js";

/** One kind of faulty file, a row of {@link corruptions}. */
export interface Corruption {
  readonly id: CorruptionKind;
  /** The rule of `checkRules` or `pageRules` that the kind breaks, and no other; null for a hostile kind. */
  readonly rule: RuleKind | null;
  /** What is wrong in the file, in one sentence. */
  readonly sentence: string;
  /** What a file must have, and whether one has it; null where every ELF file will do. */
  readonly needs: { readonly sentence: string; readonly test: (file: ElfInput) => boolean } | null;
  /** Other rules that fire with it in some files, and why they cannot but do so. */
  readonly companions: readonly { readonly rule: string; readonly why: string }[];
  /** For a rule on pages: their size in bytes. */
  readonly pageSize: number | null;
}

/**
 * A faulty file made of a whole one: what a transform must refuse or survive. A kind that is named by a rule breaks
 * this rule and no other (beyond what the file has broken before): which of several ways does so is found by trying
 * them with `check`, so that it works on files of every class, byte order and linker. A hostile kind has tables that
 * lie: a reader must end on it, soon, with an answer or an `ElfError`. The same bytes and kind give the same result;
 * the input is not changed.
 *
 * Kinds on pages (`page-align` and its like) are for pages of 16 KiB: `pageFitness(readElf(bytes), 16384)` finds them.
 *
 * @throws ElfError `BAD_INPUT` with what the file must have, where it has not; or for a kind that there is not
 * @example
 * const faulty = corrupt(buildElf(), "load-congruent");
 * check(readElf(faulty)).map((f) => f.rule) // ["load-congruent"]
 */
export function corrupt(file: ElfInput, kind: CorruptionKind): Uint8Array {
  const source = toSource(file, "corrupt");
  const bytes = Uint8Array.from(readExactly(source, 0, source.size, "the file"));
  const recipe = Object.hasOwn(recipes(), kind) ? recipes()[kind] : undefined;
  if (!recipe) {
    return fail("BAD_INPUT", `corrupt knows no kind ${JSON.stringify(kind)}; corruptions lists them`, {
      given: typeof kind,
    });
  }

  const isForArchives = "archive" in recipe;
  const isFitting = isArchive(bytesSource(bytes)) === isForArchives;
  const faulty = isFitting ? made(bytes, kind, recipe) : undefined;
  if (faulty) return faulty;

  const needs = isFitting || isForArchives ? recipe.needs : "an ELF file, not an archive";
  return fail("BAD_INPUT", `corrupt: ${kind} needs ${needs ?? "an ELF file that it changes"}`, { given: "object" });
}

/** Every kind, those of rules first. */
export const corruptions: readonly Corruption[] = /* @__PURE__ */ (() =>
  Object.freeze(kindNames().map((id) => Object.freeze(rowOf(id)))))();

function rowOf(id: CorruptionKind): Corruption {
  const recipe = recipes()[id];
  const isRule = "ways" in recipe;
  return {
    id,
    rule: isRule ? (id as RuleKind) : null,
    sentence: isRule ? `Breaks the rule ${id} and no other.` : recipe.sentence,
    needs: recipe.needs === undefined ? null : { sentence: recipe.needs, test: (file) => applies(file, id) },
    companions: (isRule && recipe.companions) || [],
    pageSize: Object.hasOwn(pageRecipes, id) ? FAULTY_PAGE : null,
  };
}

/** Can the kind be made of the file? Files that cannot be read at all are errors. */
function applies(file: ElfInput, kind: CorruptionKind): boolean {
  try {
    corrupt(file, kind);
    return true;
  } catch (e) {
    if (isElfError(e, "BAD_INPUT")) return false;
    throw e;
  }
}

/** The faulty file, or undefined where the input has not what the kind needs. */
function made(
  bytes: Uint8Array,
  kind: CorruptionKind,
  recipe: RuleRecipe | HostileRecipe | ArchiveRecipe,
): Uint8Array | undefined {
  if ("archive" in recipe) return attempt(() => recipe.archive(bytes));

  const elf = readElf(bytes);
  if ("ways" in recipe) return attempt(() => brokenAlone(bytes, elf, kind, recipe));
  return attempt(() => {
    const file = new FaultyFile(bytes, elf);
    recipe.change(file);
    return sameBytes(file.bytes, bytes) ? undefined : file.bytes;
  });
}

/** What `work` gives; undefined where the file has not, or not readable, what it looks for. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (e) {
    if (e instanceof NothingToBreak || isElfError(e)) return undefined;
    throw e;
  }
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** The first of a recipe's ways that breaks its rule, and but for the companions no other one. */
function brokenAlone(bytes: Uint8Array, elf: ElfFile, kind: string, recipe: RuleRecipe): Uint8Array | undefined {
  const isOnPages = Object.hasOwn(pageRecipes, kind);
  const companions = new Set((recipe.companions ?? []).map((c) => c.rule));
  const checked = check(elf);
  const fitness = isOnPages ? pageProblems(elf) : [];
  if (!fitness) return undefined;

  for (const change of recipe.ways(new FaultyFile(bytes, elf))) {
    const file = new FaultyFile(bytes, elf);
    const fired = attempt(() => {
      change(file);
      const changed = readElf(file.bytes);
      const onPages = isOnPages ? newFindings(fitness, pageProblems(changed) ?? []) : [];
      const found = newFindings(checked, check(changed));
      return [...onPages, ...found].map((finding) => finding.rule);
    });

    const isAlone = fired?.includes(kind) && fired.every((rule) => rule === kind || companions.has(rule));
    if (isAlone) return file.bytes;
  }

  return undefined;
}

/** What `pageFitness` finds; undefined in files that are not loaded. */
const pageProblems = (elf: ElfFile): readonly Finding[] | undefined =>
  attempt(() => pageFitness(elf, FAULTY_PAGE).problems);
