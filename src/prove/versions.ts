import { viewOf } from "../codec/bytes.js";
import { Verdef } from "../codec/records.js";
import { readExactly } from "../codec/source.js";
import { versionNumber } from "../image/dynamic/versions.js";
import type { ElfFile, VersionDefinition } from "../image/elf.js";
import { VER_FLG } from "../spec/constants.js";
import type { DeclaredVersions } from "./declared.js";
import { damage, edit, type ProgramDifference } from "./difference.js";
import type { Pair } from "./pair.js";

/** Versions that the file needs and defines, by their names. */
export function* versionDifferences(pair: Pair): Generator<ProgramDifference> {
  const { before, after, declared } = pair;
  const wanted = numbersByName(declared?.versions?.needs ?? before.versionNeeds);
  const now = numbersByName(after.versionNeeds);
  for (const [name, number] of wanted) {
    const newNumber = now.get(name);
    if (newNumber === undefined) {
      yield edit("versions", name, `the version ${name} is needed no more`);
    } else if (declared && newNumber !== number) {
      yield damage("versions", name, `${name} has the number ${newNumber}, not ${number}`);
    }
  }
  for (const name of now.keys()) {
    if (!wanted.has(name)) yield edit("versions", name, `the version ${name} is needed now`);
  }

  yield* definitionDifferences(before, after);
}

/** The number of each needed version, by its name and that of its file. */
function numbersByName(needs: DeclaredVersions["needs"]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { file, versions } of needs) {
    for (const { name, flags, index } of versions) {
      numbers.set(`${name} of ${file}${flags & VER_FLG.WEAK ? " (weak)" : ""}`, versionNumber(index));
    }
  }
  return numbers;
}

/** All that a definition says, with vd_hash, which ld.so compares first. */
function definitionText({ source, header }: ElfFile, { index, flags, names, at }: VersionDefinition): string {
  const bytes = readExactly(source, at, Verdef.size(header.class), "DT_VERDEF");
  return [index, flags, Verdef.view(viewOf(bytes), 0, header).hash, ...names].join("\0");
}

function* definitionDifferences(before: ElfFile, after: ElfFile): Generator<ProgramDifference> {
  const old = before.versionDefinitions;
  const now = after.versionDefinitions;
  const lost = old.find((d, i) => !now[i] || definitionText(before, d) !== definitionText(after, now[i]));
  if (lost) yield damage("versions", "DT_VERDEF", `the version ${lost.names[0]} is defined otherwise`);
  else if (now.length > old.length) yield damage("versions", "DT_VERDEF", "more versions are defined");
}
