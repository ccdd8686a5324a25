import { archiveRecipes } from "./hostile/archives.js";
import { contentRecipes } from "./hostile/contents.js";
import { cutRecipes } from "./hostile/cut.js";
import { type FarKind, farRecipes } from "./hostile/far.js";
import { headerRecipes } from "./hostile/header.js";
import { manyRecipes } from "./hostile/many.js";
import { tableRecipes } from "./hostile/tables.js";
import type { ArchiveRecipe } from "./hostile/archives.js";
import type { HostileRecipe, RuleRecipe } from "./recipe.js";
import { dynamicRecipes } from "./rules/dynamic.js";
import { loadRecipes } from "./rules/loads.js";
import { memoryRecipes } from "./rules/memory.js";
import { pageRecipes } from "./rules/pages.js";
import { phdrRecipes } from "./rules/phdrs.js";
import { sectionRecipes } from "./rules/sections.js";
import { symbolRecipes } from "./rules/symbols.js";

/** The kinds that break a rule of `checkRules` or `pageRules`, by its id. */
export type RuleKind =
  | keyof typeof sectionRecipes
  | keyof typeof loadRecipes
  | keyof typeof phdrRecipes
  | keyof typeof dynamicRecipes
  | keyof typeof symbolRecipes
  | keyof typeof memoryRecipes
  | keyof typeof pageRecipes;

/** The kinds of ELF files that no reader may break on. */
export type HostileKind =
  | keyof typeof headerRecipes
  | keyof typeof cutRecipes
  | keyof typeof tableRecipes
  | keyof typeof contentRecipes
  | keyof typeof manyRecipes
  | FarKind;

/** The kinds of static libraries that no reader may break on. */
export type ArchiveKind = keyof typeof archiveRecipes;

/** What `corrupt` makes. */
export type CorruptionKind = RuleKind | HostileKind | ArchiveKind;

type AllRecipes = Readonly<
  Record<RuleKind, RuleRecipe> & Record<HostileKind, HostileRecipe> & Record<ArchiveKind, ArchiveRecipe>
>;

let all: AllRecipes | undefined;

/** How each kind is made. */
export const recipes = (): AllRecipes =>
  (all ??= {
    ...sectionRecipes,
    ...loadRecipes,
    ...phdrRecipes,
    ...dynamicRecipes,
    ...symbolRecipes,
    ...memoryRecipes,
    ...pageRecipes,
    ...headerRecipes,
    ...cutRecipes,
    ...tableRecipes,
    ...contentRecipes,
    ...manyRecipes,
    ...farRecipes,
    ...archiveRecipes,
  });

/** The names of all kinds, those of rules first. */
export const kindNames = (): CorruptionKind[] => Object.keys(recipes()) as CorruptionKind[];
