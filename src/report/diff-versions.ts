import type { ElfFile } from "../image/elf.js";
import { type Change, changed } from "./change.js";
import type { VersionNeedDescription } from "./description.js";
import { match } from "./match.js";
import { describeVersionDefinitions, describeVersionNeeds } from "./parts.js";
import { Tolerant } from "../image/tolerant.js";

export function* diffVersions(before: ElfFile, after: ElfFile): Generator<Change> {
  yield* diffNeeds(before, after);
  const read = (elf: ElfFile) =>
    (new Tolerant().part(() => describeVersionDefinitions(elf)) ?? [])
      .filter((d) => !d.base)
      .map((d) => d.names[0] ?? "");
  for (const { from, to } of match(read(before), read(after), (name) => name, true).steps) {
    yield { at: "versionDefinitions", from: from ?? null, to: to ?? null };
  }
}

function* diffNeeds(before: ElfFile, after: ElfFile): Generator<Change> {
  const read = (elf: ElfFile): VersionNeedDescription[] => new Tolerant().part(() => describeVersionNeeds(elf)) ?? [];
  const m = match(read(before), read(after), (n) => n.file, true);
  for (const [a, b] of m.kept) yield* diffOfFile(b.file, a, b);
  for (const { from, to } of m.steps) {
    yield { at: "versionNeeds", from: from?.file ?? null, to: to?.file ?? null };
    yield* diffOfFile((to ?? from)!.file, from, to);
  }
}

function* diffOfFile(
  file: string,
  before: VersionNeedDescription | undefined,
  after: VersionNeedDescription | undefined,
): Generator<Change> {
  const m = match(before?.versions ?? [], after?.versions ?? [], (v) => v.name, true);
  const at = "versionNeeds";
  for (const { from, to } of m.steps) yield { at, file, from: from?.name ?? null, to: to?.name ?? null };
  for (const [a, b] of m.kept) yield* changed({ at, file, name: a.name, field: "weak" }, a.weak, b.weak);
}
