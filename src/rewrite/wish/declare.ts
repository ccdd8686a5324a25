import type { Declared, DeclaredEntry } from "../../prove/declared.js";
import type { Proof } from "../../prove/proof.js";
import { decodeText } from "../../codec/bytes.js";
import type { OverlayChoice } from "../layout/options.js";
import type { Placement } from "../layout/placement.js";
import { Tolerant } from "../../image/tolerant.js";
import { dynamicTag } from "../../spec/dynamic.js";
import type { DraftEntry, DynamicDraft } from "./dynamic-draft.js";
import type { Wish } from "./wish.js";

/** What the result is proved by: the wish and the places that its tables got, as data. */
export function proofOf(wish: Wish, placements: readonly Placement[], overlay: OverlayChoice | undefined): Proof {
  const { interpreter, header, segments, sections, versions, symbols, newSections, touchesDynamic } = wish;
  const { dropped, zeroed, ungrouped, contents, dropsHeaders, freesSymbols, proof } = sections;
  const declared: Declared = {
    dynamic: touchesDynamic ? wish.dynamic.entries.map((e) => declaredEntry(wish.dynamic, e)) : undefined,
    interpreter: interpreter && decodeText(interpreter.subarray(0, -1)),
    header,
    segments,
    versions: versions?.declared(),
    names: symbols?.renamed,
    places: placements.map(({ address, size }) => ({ address: BigInt(address), size })),
    dropped,
    zeroed,
    ungrouped,
    freesSymbols,
    rewrites: (section) => contents.has(section),
    added: newSections,
    dropsHeaders,
    isDebugFile: false,
    overlay,
  };
  return { declared, link: wish.link, contents: proof };
}

/** The string is the one that the edits want, or that the input has. */
function declaredEntry(draft: DynamicDraft, entry: DraftEntry): DeclaredEntry {
  const { tag, value } = entry;
  const isString = dynamicTag(tag, draft.elf.header.machine).kind === "string";
  const text = isString ? new Tolerant().part(() => draft.text(entry)) : undefined;
  return { tag, value, text: text ?? undefined };
}
