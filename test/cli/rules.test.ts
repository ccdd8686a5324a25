import { describe, expect, it } from "vitest";
import { checkRules, diagnosisRules, pageRules } from "../../src/index.js";
import { fixturePath } from "../support/fixtures.js";
import { elfwright, elfwrightJson } from "./cli.js";

const pie = fixturePath("x86_64-glibc-pie");

describe("check --rules", () => {
  const rules = [...checkRules, ...pageRules];

  it("lists every rule in the form of a finding, without a file, those on pages last", () => {
    const lines = rules.map(({ severity, sentence, id }) => `${severity}: ${sentence} [${id}]\n`);
    expect(elfwright("check", "--rules")).toMatchObject({ status: 0, stdout: lines.join(""), stderr: "" });
  });

  it("--json has id, severity and sentence of each", () => {
    const expected = rules.map(({ id, severity, sentence }) => ({ id, severity, sentence }));
    expect(elfwrightJson("check", "--rules", "--json")).toEqual({ status: 0, stderr: "", json: expected });
  });
});

describe("diagnose --rules", () => {
  it("lists every rule with what to do, those on a target too", () => {
    const { status, stdout, stderr } = elfwright("diagnose", "--rules");
    const lines = diagnosisRules.map(
      ({ severity, sentence, id, advice }) => `${severity}: ${sentence} [${id}]\n  ${advice}\n`,
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: lines.join(""), stderr: "" });
    expect(stdout).toContain(" [target-version]\n");
  });

  it("--json has id, severity, sentence and advice of each", () => {
    const { status, json } = elfwrightJson<Record<string, string>[]>("diagnose", "--json", "--rules");
    const expected = diagnosisRules.map(({ id, severity, sentence, advice }) => ({ id, severity, sentence, advice }));
    expect([status, json]).toEqual([0, expected]);
    for (const entry of json) expect(Object.keys(entry)).toEqual(["id", "severity", "sentence", "advice"]);
  });
});

describe.each([
  ["check", "--page-size=16384"],
  ["diagnose", "--target=musl"],
])("%s --rules", (verb, otherOption) => {
  it("takes no file, and no other option", () => {
    const refused = (...args: string[]) => elfwright(verb, "--rules", ...args);
    const hint = `see elfwright ${verb} --help\n`;

    const withFile = { status: 2, stdout: "", stderr: `elfwright: ${verb}: --rules takes no file; ${hint}` };
    expect(refused(pie)).toMatchObject(withFile);
    expect(refused("--json", pie)).toMatchObject(withFile);

    const name = otherOption.split("=")[0]!;
    const withOption = `elfwright: ${verb}: --rules does not go with ${name}; ${hint}`;
    expect(refused(otherOption)).toMatchObject({ status: 2, stdout: "", stderr: withOption });
  });

  it("is in the help", () => expect(elfwright(verb, "--help").stdout).toMatch(/^ {2}--rules +list every rule /m));
});
