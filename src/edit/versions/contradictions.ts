import { fail } from "../../error.js";
import type { Edit } from "../family.js";
import type { RenameDynamicSymbols } from "../symbols/values.js";
import type { VersionEdit } from "./values.js";

const TWICE = "the same patch twice would not give the same file";

/** Refuses edits of one patch that contradict each other, whatever the file says. `BAD_EDIT`. */
export function refuseContradictions(edits: readonly VersionEdit[]): void {
  const versions = new Map<string, string>();
  const comings = new Map<string, boolean>();
  const uses = new Map<string, string>();

  for (const e of edits) {
    const note = <T>(said: Map<string, T>, key: string, value: T, contradiction: string): void => {
      const isOther = said.has(key) && said.get(key) !== value;
      if (isOther) fail("BAD_EDIT", `${e.edit}: ${contradiction}`, { edit: e.edit });
      said.set(key, value);
    };

    const comes = e.edit === "addVersionNeed";
    const goes = e.edit === "removeVersionNeed";
    if (comes || e.edit === "setSymbolVersion" || e.edit === "clearSymbolVersion") {
      const version = e.edit === "clearSymbolVersion" ? "" : e.version;
      for (const symbol of e.symbols) note(versions, symbol, version, `${symbol} is given different versions`);
    }

    if (comes || goes) {
      for (const v of comes ? [e.version] : e.versions) {
        note(comings, `${v}\0${e.file}`, comes, `${v} of ${e.file} shall both come and go`);
      }
    }

    if (goes && e.uses !== "refuse") {
      for (const v of e.versions) {
        note(uses, `${v}\0${e.file}`, e.uses, `the uses of ${v} of ${e.file} shall be both dropped and weakened`);
      }
    }
  }

  refuseChains(versions);
}

/** Refuses `x@A` to B together with `x@B` to C: the same patch twice would not give the same file. */
function refuseChains(versions: ReadonlyMap<string, string>): void {
  const wishes = [...versions].map(([text, version]) => ({ text, version, name: nameOf(text) }));
  for (const { text, version } of wishes) {
    const [, name, old] = /^(.+?)@@?(.+)$/.exec(text) ?? [];
    if (old === version) continue;

    const first = wishes.find((w) => w.name === name && w.version === old && w.text !== text);
    if (first) {
      const both = `${old} is a new version of ${first.text} and an old one of ${text}`;
      fail("BAD_EDIT", `setSymbolVersion: ${both}; ${TWICE}`, { edit: "setSymbolVersion" });
    }
  }
}

/**
 * Refuses to bind a symbol by a name that it only takes in the same patch: the same patch again would find that name.
 * `BAD_EDIT`.
 */
export function refuseNewNames(edits: readonly VersionEdit[], all: readonly Edit[]): void {
  const renamings = all.filter((e): e is RenameDynamicSymbols => e.edit === "renameDynamicSymbols");
  const pairs = renamings.flatMap((r) => Object.entries(r.names)).filter(([old, name]) => old !== name);
  const taken = new Map(pairs.map(([old, name]) => [name, old]));

  for (const e of edits) {
    for (const text of "symbols" in e ? e.symbols : []) {
      const name = taken.has(text) ? text : nameOf(text);
      const old = taken.get(name);
      if (old !== undefined) {
        const message = `${name} is the new name of ${old}; ${TWICE}, so name it by the old one`;
        fail("BAD_EDIT", `${e.edit}: ${message}`, { edit: e.edit });
      }
    }
  }
}

/** The name of `name` or `name@VERSION`. */
const nameOf = (text: string): string => /^(.+?)@/.exec(text)?.[1] ?? text;
