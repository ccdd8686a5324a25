import { fail } from "../../error.js";
import type { Edit } from "../family.js";
import type { RenameDynamicSymbols } from "../symbols/values.js";
import type { VersionEdit } from "./values.js";

/** Edits of one patch that contradict each other, whatever the file says. `BAD_EDIT`. */
export function refuseContradictions(edits: readonly VersionEdit[]): void {
  const wants = new Map<string, string>();
  const needs = new Map<string, boolean>();
  const uses = new Map<string, string>();
  const say = <T>(map: Map<string, T>, key: string, value: T, edit: string, what: string) => {
    if (map.has(key) && map.get(key) !== value) fail("BAD_EDIT", `${edit}: ${what}`, { edit });
    map.set(key, value);
  };

  for (const e of edits) {
    const comes = e.edit === "addVersionNeed";
    const goes = e.edit === "removeVersionNeed";
    if (e.edit === "setSymbolVersion" || e.edit === "clearSymbolVersion" || comes) {
      for (const s of e.symbols) {
        say(wants, s, e.edit === "clearSymbolVersion" ? "" : e.version, e.edit, `${s} is given different versions`);
      }
    }

    if (comes || goes) {
      for (const v of comes ? [e.version] : e.versions) {
        say(needs, `${v}\0${e.file}`, comes, e.edit, `${v} of ${e.file} shall both come and go`);
      }
    }

    if (goes && e.uses !== "refuse") {
      for (const v of e.versions) {
        say(
          uses,
          `${v}\0${e.file}`,
          e.uses,
          e.edit,
          `the uses of ${v} of ${e.file} shall be both dropped and weakened`,
        );
      }
    }
  }

  refuseChains(wants);
}

/** `x@A` to B and `x@B` to C: the same patch twice would not give the same file. */
function refuseChains(wants: ReadonlyMap<string, string>): void {
  const wanted = [...wants].map(([text, version]) => ({ text, version, name: nameOf(text) }));
  for (const [text, version] of wants) {
    const [, name, of] = /^(.+?)@@?(.+)$/.exec(text) ?? [];
    const first =
      of === version ? undefined : wanted.find((w) => w.name === name && w.version === of && w.text !== text);
    if (first) {
      fail(
        "BAD_EDIT",
        `setSymbolVersion: ${of} is a new version of ${first.text} and an old one of ${text}; the same patch twice would not give the same file`,
        { edit: "setSymbolVersion" },
      );
    }
  }
}

/**
 * A version of a symbol under a name that it only takes in the same patch: the same patch again would find it.
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
        fail(
          "BAD_EDIT",
          `${e.edit}: ${name} is the new name of ${old}; the same patch twice would not give the same file, so name it by the old one`,
          { edit: e.edit },
        );
      }
    }
  }
}

/** The name of `name` or `name@VERSION`. */
const nameOf = (text: string): string => /^(.+?)@/.exec(text)?.[1] ?? text;
