import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Edit, isElfError, patch, type PatchOptions, readElf, stripDebug } from "../../src/index.js";
import { testArchive } from "../support/archives.js";
import { fixture } from "../support/elf.js";
import { everyEdit } from "../support/every-edit.js";

const FIXTURES = readdirSync(new URL("../../fixtures/bin", import.meta.url)).sort();

/** The changes that a patch tells; undefined where it is refused or changes no byte. */
function told(bytes: Uint8Array, edits: readonly Edit[], options: PatchOptions): unknown[] | undefined {
  try {
    const { changed, changes } = patch(bytes, edits, options);
    return changed ? [...changes] : undefined;
  } catch (e) {
    if (!isElfError(e)) throw e;
    return undefined;
  }
}

describe("a plan that changes bytes says what changes", () => {
  it.each(FIXTURES)("%s: every edit alone", (name) => {
    const bytes = fixture(name);
    const silent = everyEdit(readElf(bytes)).filter((w) => told(bytes, w.edits(), { overlay: "drop" })?.length === 0);
    expect(silent.map((w) => w.name)).toEqual([]);
  });

  it("but for dates and owners of an archive's members, which are not ELF's", () => {
    const archive = testArchive([{ name: "a.o/", bytes: fixture("x86_64-object.o"), date: "7" }]);
    expect(told(archive, [], { deterministic: true })).toEqual([]);
    expect(told(archive, [stripDebug()], { deterministic: true })).not.toEqual([]);
  });
});
