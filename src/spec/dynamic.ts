import { cardOf, cardsOf } from "./machines/card-of.js";
import type { TagKind } from "./machines/kinds.js";
import { DYNAMIC } from "./machines/lists/dynamic.js";
import { GENERIC_TAGS } from "./tags.js";

export type { TagKind };
export { DT, DT_RPATH, DT_RUNPATH } from "./tags.js";

const byNumber = new Map<string, readonly [string, TagKind]>();

/** The name (with `DT_`) and kind of a tag on this machine; a tag nobody knows is a value named by its number. */
export function dynamicTag(tag: number, machine: number): { name: string; kind: TagKind } {
  if (byNumber.size === 0) {
    for (const [k, [n, kind]] of Object.entries(GENERIC_TAGS)) byNumber.set(`:${n}`, [k, kind]);
    for (const { machine: m, card } of cardsOf(DYNAMIC))
      for (const [k, [n, kind]] of Object.entries(card.tags ?? {})) byNumber.set(`${m}:${n}`, [k, kind]);
  }
  const found = byNumber.get(`${machine}:${tag}`) ?? byNumber.get(`:${tag}`);
  return found ? { name: `DT_${found[0]}`, kind: found[1] } : { name: `DT_0x${tag < 0 ? (BigInt.asUintN(64, BigInt(tag))).toString(16) : tag.toString(16)}`, kind: "value" };
}

/** The number of a tag by its name with `DT_`; undefined where neither all files nor those of this machine have it. */
export function tagNumber(name: string, machine: number): number | undefined {
  const key = name.replace(/^DT_/, "");
  const own = cardOf(DYNAMIC, machine)?.tags ?? {};
  if (Object.hasOwn(own, key)) return own[key]![0];
  return Object.hasOwn(GENERIC_TAGS, key) ? GENERIC_TAGS[key as keyof typeof GENERIC_TAGS][0] : undefined;
}
