import { hex } from "../error.js";
import type { ElfFile, Segment } from "../image/elf.js";
import { PT } from "../spec/constants.js";
import { SMALLEST_PAGE } from "../spec/machines.js";
import { damage, type ProgramDifference, risk } from "./difference.js";
import { wantedRuns } from "./memory.js";
import type { Pair } from "./pair.js";
import { without } from "./runs.js";

/** PT_LOADs that kernels and loaders refuse, or map elsewhere, where those of the input are none. */
export function* loadFaults({ before, after }: Pair): Generator<ProgramDifference> {
  const known = new Set([...faultsOf(before)].map(([fault]) => fault));
  for (const [fault, message] of faultsOf(after)) {
    if (!known.has(fault)) yield damage("segments", "PT_LOAD", message);
  }

  const [lost] = without([...wantedRuns(before)], [...wantedRuns(after)]);
  if (lost) {
    const at = hex(lost.start);
    yield risk("segments", "PT_LOAD", `no PT_LOAD has the address ${at} any more`);
  }
}

/** The kinds of fault, each with a sentence on where it is. */
function* faultsOf({ segments, source }: ElfFile): Generator<readonly [kind: string, message: string]> {
  let last: Segment | undefined;
  for (const load of segments.filter((s) => s.type === PT.LOAD && s.exact("memsz") > 0n)) {
    const at = hex(load.exact("vaddr"));
    const distance = load.exact("vaddr") - load.exact("offset");
    const align = load.exact("align");

    if (distance % BigInt(SMALLEST_PAGE) !== 0n) yield ["page", `the PT_LOAD at ${at} cannot be mapped in whole pages`];
    if (align > 1n && distance % align !== 0n) yield ["align", `the PT_LOAD at ${at} does not keep its p_align`];
    if (load.exact("filesz") > load.exact("memsz")) yield ["size", `the PT_LOAD at ${at} has p_filesz above p_memsz`];
    if (load.exact("offset") + load.exact("filesz") > BigInt(source.size)) {
      yield ["end", `the PT_LOAD at ${at} reaches past the end of the file`];
    }
    if (last && last.exact("vaddr") > load.exact("vaddr")) {
      yield ["order", `the PT_LOAD at ${at} stands behind a higher one`];
    }
    last = load;
  }
}
