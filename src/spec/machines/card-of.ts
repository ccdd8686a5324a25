import { EM } from "../constants.js";
import type { CardId, CardList } from "./kinds.js";

const ids = new Map<number, CardId>();

/** The part of a machine's card that a list holds. Undefined for a machine without a card. */
export function cardOf<T>(list: CardList<T>, machine: number): T | undefined {
  if (ids.size === 0) {
    for (const id of idsOf(list)) ids.set(EM[id], id);
  }

  const id = ids.get(machine);
  return id && list[id];
}

/** A part of every card, with the number of its machine. */
export const cardsOf = <T>(list: CardList<T>): { machine: number; card: T }[] =>
  idsOf(list).map((id) => ({ machine: EM[id], card: list[id] }));

const idsOf = (list: CardList<unknown>): CardId[] => Object.keys(list) as CardId[];
