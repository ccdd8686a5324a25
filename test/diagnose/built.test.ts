import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import type { Diagnosis } from "../../src/diagnose/diagnosis.js";
import { dropSectionHeaders, patch, readElf, stripAll } from "../../src/index.js";
import { scratch } from "../support/fixtures.js";
import { hasTool, itWithTools } from "../support/tools.js";
import { BUILT, buildAll, type Built, SOURCES, toolsOf } from "./built.js";

const files = scratch();
const paths = new Map<string, string | Error>();

beforeAll(async () => {
  for (const [name, text] of Object.entries(SOURCES)) files.write(name, Buffer.from(text));

  const buildable = BUILT.filter((row) => toolsOf(row).every(hasTool));
  const built = await buildAll(buildable, (name) => files.path(name));
  for (const [name, path] of built) paths.set(name, path);
});

function bytesOf({ name }: Built): Uint8Array {
  const path = paths.get(name);
  if (typeof path !== "string") throw path ?? new Error(`${name} was not built`);
  return new Uint8Array(readFileSync(path));
}

const essence = ({ libc, linkage, language, go, problems }: Diagnosis) => ({
  libc,
  linkage,
  language,
  ...(go && { go: { cgo: go.cgo, usesLibc: go.usesLibc } }),
  problems,
});
const expected = ({ libc, linkage, language, go }: Built) => ({
  libc,
  linkage,
  language,
  ...(go && { go }),
  problems: [],
});

describe("what was built is recognised, whole, stripped, and without section headers", () => {
  for (const row of BUILT) {
    itWithTools(toolsOf(row), `${row.name}: ${row.libc}, ${row.linkage}, ${row.language}`, () => {
      const bytes = bytesOf(row);
      const diagnosis = diagnose(readElf(bytes));

      expect(essence(diagnosis)).toEqual(expected(row));
      for (const { offset } of diagnosis.evidence) {
        if (offset !== null) expect(offset).toBeLessThan(bytes.length);
      }
      if (row.linkage === "relocatable") return;

      const stripped = patch(bytes, [stripAll()]).bytes;
      const sectionless = patch(bytes, [stripAll(), dropSectionHeaders()], { overlay: "keep" }).bytes;
      expect(essence(diagnose(readElf(stripped))), "stripped").toEqual(expected(row));
      expect(essence(diagnose(readElf(sectionless))), "without section headers").toEqual(expected(row));
    });
  }

  it("is at least forty programs", () => expect(BUILT.length).toBeGreaterThanOrEqual(40));
});
