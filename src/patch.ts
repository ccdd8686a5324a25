import { isArchive } from "./archive/read.js";
import { findingsBy, newFindings, planRules } from "./check/plan-rules.js";
import type { Finding } from "./check/rule.js";
import { type ElfInput, toSource } from "./codec/source.js";
import {
  archiveToolsOf,
  type Asked,
  askedOf,
  type Edits,
  passesOf,
  refuseMembers,
  refuseStrayEdits,
  refuseWrong,
  tellerOf,
} from "./edit/asked.js";
import { fail, type Note } from "./error.js";
import type { ElfFile } from "./image/elf.js";
import { readElf } from "./image/read-elf.js";
import type { Change } from "./report/change.js";
import { changesBetween } from "./report/changes.js";
import type { LayoutOptions, OverlayChoice } from "./rewrite/layout/options.js";
import { prove } from "./prove/prove.js";
import { planArchive } from "./rewrite/passes/archive.js";
import { Stage } from "./rewrite/passes/pass.js";
import { type Plan, planOf } from "./rewrite/plan.js";
import { assertOptions, type OptionNames, refuseArgument } from "./input.js";

export type { Edits } from "./edit/asked.js";
export type { Plan } from "./rewrite/plan.js";

/** Options of {@link plan} and {@link patch}. */
export interface PatchOptions extends LayoutOptions {
  /**
   * The dates and owners of a static library's members become 0 and their modes 644, as GNU `ar -D` writes them, so
   * that the same members give the same bytes. Off by default: they stay.
   */
  readonly deterministic?: boolean | undefined;
  /**
   * Proves the result against the input: what the edits do not ask for is in it as it was, or it is `INVARIANT`.
   * On by default; `false` is for who has to go on while a wrong refusal is being mended.
   */
  readonly prove?: boolean | undefined;
}

const OVERLAYS: readonly OverlayChoice[] = ["keep", "keep-in-place", "drop"];

const OPTIONS: OptionNames<PatchOptions> = { overlay: true, deterministic: true, prove: true };

/** The result of {@link patch}. */
export interface PatchResult<B extends Uint8Array = Uint8Array> {
  /** The new file; the input itself is never changed. */
  readonly bytes: B;
  /** False where the result equals the input. */
  readonly changed: boolean;
  readonly changes: readonly Change[];
  readonly notes: readonly Note[];
  readonly plan: Plan;
}

/**
 * Says what the edits would make of the file, and checks it: the layout invariants run on the input and on the plan,
 * and a finding of level error that the input has not stops it. Reads what it needs of the source; writes nothing.
 *
 * @param source the file's bytes or a {@link ByteSource}; must not change while the plan is used
 * @param edits one edit or a list of them: values made by `setInterpreter`, `setRunpath`, `replaceNeeded`,
 *   `stripUnneeded`, `raiseAlignment` …; order between families does not matter
 * @throws ElfError as the edits say; `BAD_INPUT` where the source or the options are none; `NO_ROOM`, `OVERLAY`,
 *   `INVARIANT`, `MALFORMED`, `TRUNCATED`, `UNSAFE_INTEGER`, `UNSUPPORTED`
 * @example
 * const p = plan(bytes, [setRunpath("$ORIGIN/../lib")]);
 * console.log(p.changes, p.placements, p.size);
 */
export function plan(source: ElfInput, edits: Edits, options: PatchOptions = {}): Plan {
  refuseStrayEdits(options);
  assertOptions("patch", options, OPTIONS);
  assertOverlay(options.overlay);
  const input = toSource(source, "plan");
  const asked = askedOf(edits);
  if (!isArchive(input)) return planElf(readElf(input), asked, options);

  refuseMembers(asked);
  const planMember = (member: ElfFile): Plan => planElf(member, asked, options);
  return planArchive(input, planMember, tellerOf(asked), archiveToolsOf(asked), options);
}

function assertOverlay(choice: unknown): void {
  if (choice === undefined || OVERLAYS.includes(choice as OverlayChoice)) return;
  refuseArgument("overlay", OVERLAYS.map((c) => JSON.stringify(c)).join(" or "), choice);
}

function planElf(elf: ElfFile, asked: readonly Asked[], options: PatchOptions): Plan {
  refuseWrong(elf, asked);

  const passes = passesOf(asked);
  const done = passes.reduce((stage, pass) => pass.run(stage, options), Stage.of(elf));

  const changed = !done.isInput;
  const after = changed ? done.elf : elf;
  const findings = findingsBy(after, planRules);
  if (changed) refuseNewErrors(elf, findings);
  for (const pass of passes) pass.verify?.(after);
  if (changed && options.prove !== false) prove(elf, { after, pieces: done.layout.pieces, proof: done.proof! });

  return planOf(elf.source, {
    ...done.layout,
    changed,
    findings,
    changes: () => changesBetween(elf, after, false, tellerOf(asked)),
  });
}

function refuseNewErrors(before: ElfFile, after: readonly Finding[]): void {
  const isError = (f: Finding) => f.severity === "error";
  // Only where the output has errors does it matter whether the input had them.
  const errors = after.some(isError) ? newFindings(findingsBy(before, planRules), after).filter(isError) : [];
  if (errors.length > 0) {
    fail(
      "INVARIANT",
      `the rewritten file would break ${errors.length} layout rule(s) that the input keeps, so nothing was written: ` +
        errors.map((f) => `${f.at}: ${f.message}`).join("; "),
      { rules: errors.map((f) => f.rule) },
    );
  }
}

/**
 * Applies all edits to a file in memory, in one layout pass. The same patch twice gives identical bytes.
 *
 * @param bytes the file; a Node `Buffer` gives a `Buffer` back
 * @throws ElfError as {@link plan}
 * @example
 * const { bytes: fixed, changes, notes } = patch(await readFile("server"), [
 *   setInterpreter("/lib64/ld-linux-x86-64.so.2"),
 *   replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" }),
 *   setRunpath("$ORIGIN/../lib:/usr/local/lib"),
 *   stripUnneeded(),
 *   removeSections(".comment"),
 * ]);
 */
export function patch<B extends Uint8Array>(bytes: B, edits: Edits, options?: PatchOptions): PatchResult<B>;
export function patch(bytes: ArrayBufferLike, edits: Edits, options?: PatchOptions): PatchResult;
export function patch(bytes: Uint8Array | ArrayBufferLike, edits: Edits, options: PatchOptions = {}): PatchResult {
  const p = plan(toSource(bytes, "patch"), edits, options);
  const result = p.bytes();
  // A Buffer is a Uint8Array with another prototype; naming it here would bind the core to Node.
  if (bytes instanceof Uint8Array) Object.setPrototypeOf(result, Object.getPrototypeOf(bytes) as object);

  return {
    bytes: result,
    changed: p.changed,
    get notes() {
      return p.notes;
    },
    plan: p,
    get changes() {
      return p.changes;
    },
  };
}
