import { cardOf, cardsOf } from "./machines/card-of.js";
import type { TagKind } from "./machines/kinds.js";
import { DYNAMIC } from "./machines/lists/dynamic.js";
import { GENERIC_TAGS } from "./tags.js";

export type { TagKind };
export { DT, DT_RPATH, DT_RUNPATH } from "./tags.js";

/** Names without `DT_` and kinds: by `MACHINE:TAG`, or by `:TAG` for every machine. */
const byNumber = new Map<string, readonly [string, TagKind]>();

function fillByNumber(): void {
  for (const [name, [tag, kind]] of Object.entries(GENERIC_TAGS)) byNumber.set(`:${tag}`, [name, kind]);
  for (const { machine, card } of cardsOf(DYNAMIC)) {
    for (const [name, [tag, kind]] of Object.entries(card.tags ?? {})) byNumber.set(`${machine}:${tag}`, [name, kind]);
  }
}

/** The name (with `DT_`) and kind of a tag on this machine. An unknown tag is a value named by its number. */
export function dynamicTag(tag: number, machine: number): { name: string; kind: TagKind } {
  if (byNumber.size === 0) fillByNumber();

  const found = byNumber.get(`${machine}:${tag}`) ?? byNumber.get(`:${tag}`);
  if (found) return { name: `DT_${found[0]}`, kind: found[1] };

  // d_tag is signed. Its name has the bits of a 64-bit one.
  const bits = tag < 0 ? BigInt.asUintN(64, BigInt(tag)) : tag;
  return { name: `DT_0x${bits.toString(16)}`, kind: "value" };
}

/** The number of a tag by its name with `DT_`. Undefined where neither all machines nor this one have the tag. */
export function tagNumber(name: string, machine: number): number | undefined {
  const key = name.replace(/^DT_/, "");
  const tags = cardOf(DYNAMIC, machine)?.tags ?? {};
  if (Object.hasOwn(tags, key)) return tags[key]![0];
  if (Object.hasOwn(GENERIC_TAGS, key)) return GENERIC_TAGS[key as keyof typeof GENERIC_TAGS][0];
  return undefined;
}
