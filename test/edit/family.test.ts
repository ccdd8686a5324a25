import { describe, expect, it } from "vitest";
import { familyOf } from "../../src/edit/family.js";
import * as lib from "../../src/index.js";
import { patch, parseEdit, readElf, setRunpath } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, fixture } from "../support/elf.js";
import { everyEdit } from "../support/every-edit.js";

const EDITS = everyEdit(readElf(fixture("x86_64-glibc-pie"))).flatMap((w) => w.edits());

/** The functions of the main entry that make edits, by what they make. */
const NAMES = [...new Set(EDITS.map((e) => e.edit))].sort();

/** The verbs that names of edit functions begin with. */
const EDIT_VERB =
  /^(set|add|remove|replace|strip|keep|discard|drop|only|clear|convert|shrink|make|rename|weaken|raise)/;

/** Edits that hold functions, which JSON cannot carry. */
const HOLDS_FUNCTION = ["shrinkRunpath"];

describe("an edit knows its family", () => {
  it("every edit function of the main entry is among the edits of these tests", () => {
    const functions = Object.entries(lib).filter(([, value]) => typeof value === "function");
    const made = functions.map(([name]) => name).filter((name) => EDIT_VERB.test(name));
    expect(NAMES).toEqual(made.sort());
  });

  it("families have distinct turns, so that the order of the edits never matters", () => {
    const families = new Map(EDITS.map((e) => [familyOf(e)!.name, familyOf(e)!.order]));
    expect(new Set(families.values()).size).toBe(families.size);
  });

  it("does not show it: an edit prints and compares as plain data", () => {
    const edit = setRunpath("/a");
    expect(JSON.stringify(edit)).toBe('{"edit":"setRunpath","path":"/a"}');
    expect(edit).toEqual({ edit: "setRunpath", path: "/a" });
    expect(Object.keys(edit)).toEqual(["edit", "path"]);
  });
});

describe("an edit that has lost its family", () => {
  it.each<[string, (e: unknown) => unknown]>([
    ["JSON", (e) => JSON.parse(JSON.stringify(e)) as unknown],
    ["structuredClone", (e) => structuredClone(e)],
    ["a copy of its fields", (e) => ({ ...(e as object) })],
  ])("by %s is refused, with the way out", (_, lose) => {
    const lost = lose(setRunpath("/a")) as lib.Edit;
    const { code, message } = caught(() => patch(buildElf(), [lost]));
    expect([code, message]).toEqual(["BAD_EDIT", expect.stringContaining("use parseEdit()")]);
  });

  it.each([[null], [undefined], [7], ["setRunpath"], [{}], [{ edit: 3 }], [{ edit: 7n }]])(
    "what was never one is refused: %s",
    (value) => {
      expect(caught(() => patch(buildElf(), [value as unknown as lib.Edit])).code).toBe("BAD_EDIT");
    },
  );
});

describe("parseEdit", () => {
  it.each(NAMES.filter((n) => !HOLDS_FUNCTION.includes(n)))(
    "%s: makes the same edit again, which does the same",
    (name) => {
      const bytes = fixture("x86_64-glibc-pie");
      for (const edit of EDITS.filter((e) => e.edit === name)) {
        const again = parseEdit(JSON.parse(JSON.stringify(edit)));
        expect(again).toEqual(edit);
        expect(familyOf(again)).toBe(familyOf(edit));

        const outcome = (e: lib.Edit) => {
          try {
            return Buffer.from(patch(bytes, [e], { overlay: "keep" }).bytes).toString("base64");
          } catch (error) {
            return String(error);
          }
        };
        expect(outcome(again)).toBe(outcome(edit));
      }
    },
  );

  it.each(HOLDS_FUNCTION)("%s: says what JSON cannot carry", (name) => {
    expect(caught(() => parseEdit({ edit: name })).message).toContain("lookup");
  });

  it.each<[string, unknown]>([
    ["no object", 7],
    ["null", null],
    ["no edit", {}],
    ["an unknown edit", { edit: "setEverything" }],
    ["an inherited name", { edit: "constructor" }],
    ["a field that is missing", { edit: "setRunpath" }],
    ["a field of another type", { edit: "setRunpath", path: 7 }],
    ["a field that is written wrong", { edit: "setRunpath", path: "/a", pat: "/b" }],
    ["a list with another type in it", { edit: "addNeeded", names: ["a", 3] }],
    ["a record with another type in it", { edit: "replaceNeeded", names: { a: 3 } }],
    ["a text that is none of the choices", { edit: "discardLocals", which: "some" }],
    ["a flag that is none", { edit: "setExecstack", executable: "yes" }],
    ["a value that the function refuses", { edit: "raiseAlignment", pageSize: 5 }],
    ["a big number", { edit: "setOsAbi", abi: 7n }],
  ])("refuses %s", (_, json) => {
    expect(caught(() => parseEdit(json)).code).toBe("BAD_EDIT");
  });
});
