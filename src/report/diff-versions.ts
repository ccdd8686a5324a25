import type { ElfFile } from "../image/elf.js";
import { Tolerant } from "../image/tolerant.js";
import { type Change, changed } from "./change.js";
import type { VersionNeedDescription } from "./description.js";
import { matchLists } from "./match.js";
import { describeVersionDefinitions, describeVersionNeeds } from "./parts.js";

export function* diffVersions(before: ElfFile, after: ElfFile): Generator<Change> {
  yield* diffNeeds(before, after);

  const { steps } = matchLists(definedVersions(before), definedVersions(after), (name) => name, true);
  for (const { from, to } of steps) yield { at: "versionDefinitions", from: from ?? null, to: to ?? null };
}

function definedVersions(elf: ElfFile): string[] {
  const definitions = new Tolerant().part(() => describeVersionDefinitions(elf)) ?? [];
  return definitions.filter((d) => !d.base).map((d) => d.names[0] ?? "");
}

function* diffNeeds(before: ElfFile, after: ElfFile): Generator<Change> {
  const { kept, steps } = matchLists(neededVersions(before), neededVersions(after), (need) => need.file, true);
  for (const [from, to] of kept) yield* diffNeed(to.file, from, to);
  for (const { from, to } of steps) {
    yield { at: "versionNeeds", from: from?.file ?? null, to: to?.file ?? null };
    yield* diffNeed((to ?? from)!.file, from, to);
  }
}

const neededVersions = (elf: ElfFile): VersionNeedDescription[] =>
  new Tolerant().part(() => describeVersionNeeds(elf)) ?? [];

function* diffNeed(
  file: string,
  before: VersionNeedDescription | undefined,
  after: VersionNeedDescription | undefined,
): Generator<Change> {
  const at = "versionNeeds";
  const { steps, kept } = matchLists(before?.versions ?? [], after?.versions ?? [], (version) => version.name, true);
  for (const { from, to } of steps) yield { at, file, from: from?.name ?? null, to: to?.name ?? null };
  for (const [from, to] of kept) yield* changed({ at, file, name: from.name, field: "weak" }, from.weak, to.weak);
}
