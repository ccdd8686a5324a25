import { fail } from "../error.js";
import type { VersionEdit } from "./versions.js";

/** Edits of one patch that contradict each other, whatever the file says. `BAD_EDIT`. */
export function refuseContradictions(edits: readonly VersionEdit[]): void {
  const wants = new Map<string, string>(), needs = new Map<string, boolean>(), uses = new Map<string, string>();
  const say = <T>(map: Map<string, T>, key: string, value: T, edit: string, what: string) => {
    if (map.has(key) && map.get(key) !== value) fail("BAD_EDIT", `${edit}: ${what}`, { edit });
    map.set(key, value);
  };
  for (const e of edits) {
    const comes = e.edit === "addVersionNeed", goes = e.edit === "removeVersionNeed";
    if (e.edit === "setSymbolVersion" || e.edit === "clearSymbolVersion" || comes)
      for (const s of e.symbols) say(wants, s, e.edit === "clearSymbolVersion" ? "" : e.version, e.edit, `${s} is given different versions`);
    if (comes || goes) for (const v of comes ? [e.version] : e.versions) say(needs, `${v}\0${e.file}`, comes, e.edit, `${v} of ${e.file} shall both come and go`);
    if (goes && e.uses !== "refuse") for (const v of e.versions) say(uses, `${v}\0${e.file}`, e.uses, e.edit, `the uses of ${v} of ${e.file} shall be both dropped and weakened`);
  }
  refuseChains(wants);
}

/** `x@A` to B and `x@B` to C: the same patch twice would not give the same file. */
function refuseChains(wants: ReadonlyMap<string, string>): void {
  const wanted = [...wants].map(([text, version]) => ({ text, version, name: /^(.+?)@/.exec(text)?.[1] ?? text }));
  for (const [text, version] of wants) {
    const [, name, of] = /^(.+?)@@?(.+)$/.exec(text) ?? [];
    const first = of === version ? undefined : wanted.find((w) => w.name === name && w.version === of && w.text !== text);
    if (first) fail("BAD_EDIT", `setSymbolVersion: ${of} is a new version of ${first.text} and an old one of ${text}; the same patch twice would not give the same file`, { edit: "setSymbolVersion" });
  }
}
