import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../docs/pages.js";
import { sabotaged } from "./fault.js";
import { FAULTS } from "./faults.js";

describe("faults", () => {
  it.each(FAULTS)("$id: its text stands in $file once", (fault) => {
    const text = readFileSync(join(ROOT, fault.file), "utf8");
    expect(sabotaged(fault, text)).not.toBe(text);
  });

  it("have ids of their own", () => {
    const ids = FAULTS.map((f) => f.id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it("are as many as the documentation says, with those of skipped checks apart", () => {
    expect(FAULTS.filter((f) => f.kind === "bytes").length).toBeGreaterThanOrEqual(48);
    expect(FAULTS.filter((f) => f.kind === "skipped check").length).toBeGreaterThanOrEqual(8);
  });
});
