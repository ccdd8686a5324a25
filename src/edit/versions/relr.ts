import { fail } from "../../error.js";
import { missingRelrNeed, RELR_VERSION, relrNeedOf } from "../../image/dynamic/relr-need.js";
import type { Wish } from "../../rewrite/wish/wish.js";
import { DT } from "../../spec/dynamic.js";
import { versionsOf } from "./version-tables.js";

/**
 * Adds the need of {@link RELR_VERSION} that ld.so wants since the edits, with a note. A file that lacked it before is
 * left alone: it may be meant for a glibc that was built not to ask. `STILL_NEEDED` where an edit takes the need away.
 */
export function needRelr(wish: Wish): void {
  const { elf, dynamic } = wish;
  const draft = versionsOf(wish);
  const needed = dynamic.entries.flatMap((e) => (e.tag === DT.NEEDED ? [dynamic.text(e)] : []));
  const file = missingRelrNeed(dynamic.entries, needed, draft.needs);
  if (file === undefined || relrNeedOf(elf) !== undefined) return;

  const refusal = `ld.so refuses a file with DT_RELR that needs versions, but not ${RELR_VERSION} of ${file}`;
  if (draft.withoutRelr) fail("STILL_NEEDED", `removeVersionNeed: ${refusal}`, { names: [RELR_VERSION] });

  draft.require(file, RELR_VERSION, 0);
  dynamic.note("NEED_ADDED", `${RELR_VERSION} of ${file} is needed, too: ${refusal}. It is there since glibc 2.36`);
}
