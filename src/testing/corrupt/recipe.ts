import type { FaultyFile } from "./faulty-file.js";

/** One way to break a file. It throws `NothingToBreak` where the file has not what it takes. */
export type Change = (file: FaultyFile) => void;

/** Another rule that cannot but fire with a kind's own. */
export interface Companion {
  readonly rule: string;
  readonly why: string;
}

/** How a rule is broken alone. */
export interface RuleRecipe {
  /** What a file must have, after "needs". */
  readonly needs: string;
  /** The ways, the plainest first. Each is tried on a copy; the first counts that breaks this rule and no other. */
  readonly ways: (file: FaultyFile) => Iterable<Change>;
  readonly companions?: readonly Companion[];
}

/** How a hostile file is made. */
export interface HostileRecipe {
  readonly sentence: string;
  /** What a file must have, after "needs"; none where every ELF file will do. */
  readonly needs?: string;
  readonly change: Change;
}

/** The rules that a recipe of these breaks, by id. */
export type Recipes<Id extends string> = Readonly<Record<Id, RuleRecipe>>;
