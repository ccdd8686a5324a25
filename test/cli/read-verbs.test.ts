import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type Change,
  check,
  describeElf,
  diffElf,
  type ElfDescription,
  type Finding,
  pageFitness,
  readElf,
} from "../../src/index.js";
import { EM, PT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { phdr } from "../support/elf.js";
import { lowered } from "../support/realign.js";
import { fixture, fixturePath } from "../support/fixtures.js";
import { elfwright, elfwrightJson, FIXTURES, TEXT, workbench } from "./cli.js";

const files = workbench();
const text = files.write("text", TEXT);
const pie = fixturePath("x86_64-glibc-pie");
const withPath = fixturePath("x86_64-glibc-pie-runpath");
const refusal = (file: string) => ({
  file,
  error: { code: "NOT_ELF", message: expect.stringMatching(/^NOT_ELF: /) as string, detail: { offset: 0 } },
});

/** A program whose code lies past the file's end. */
function broken(): string {
  const bytes = fixture("x86_64-glibc-pie");
  phdr(bytes, PT.LOAD, 1).filesz = 1 << 30;
  return files.write("broken", bytes);
}

describe("show", () => {
  it("prints the file for people", () => {
    const ran = elfwright("show", withPath);

    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout.startsWith("class:")).toBe(true);
    for (const part of [
      /^class: +ELFCLASS64, little-endian$/m,
      /^runpath: +\/opt\/elfwright\/fixture\/lib$/m,
      /^Program headers$/m,
      /^Sections$/m,
      /^Dynamic section$/m,
      /^Versions needed$/m,
      /^Notes$/m,
    ]) {
      expect(ran.stdout).toMatch(part);
    }
  });

  it("names each of several files, with an empty line between them", () => {
    const { status, stdout } = elfwright("show", pie, text, withPath);

    expect(status).toBe(1);
    expect(stdout.startsWith(`${pie}:\nclass:`)).toBe(true);
    expect(stdout).toContain(`\n\n${withPath}:\nclass:`);
  });

  it("--json is describe() of each file, and an error for one that is refused", () => {
    const paths = FIXTURES.map(fixturePath);
    const { status, json, stderr } = elfwrightJson<{ file: string; description: ElfDescription }[]>(
      "show",
      "--json",
      ...paths,
      text,
    );

    expect(status).toBe(1);
    expect(json).toEqual([
      ...paths.map((file) => ({ file, description: describeElf(readElf(readFileSync(file))) })),
      refusal(text),
    ]);
    expect(stderr).toMatch(new RegExp(`^elfwright: ${text}: NOT_ELF: [^\n]*\n$`));
  });

  it("prints the parts that are asked for, and no other list", () => {
    const heads = (...args: string[]) => {
      const { stdout } = elfwright("show", ...args, pie);
      return stdout.split("\n\n").map((part) => part.split("\n")[0]);
    };

    expect(heads("--header")).toEqual(["class:       ELFCLASS64, little-endian"]);
    expect(heads("--segments", "--notes")).toEqual(["Program headers", "Memory", "Notes"]);
    expect(heads("--security", "--versions", "--dynamic")).toEqual(["Dynamic section", "Versions needed", "Security"]);
    expect(heads("--dynamic-symbols")).toEqual(["Symbols", "Symbols of .dynsym"]);
    expect(heads("--symbols")).toEqual(["Symbols", "Symbols of .symtab"]);
    expect(heads("--relocations")).toEqual(["Relocations", "Relocations of DT_RELA", "Relocations of DT_JMPREL"]);
    expect(heads("--all")).toEqual([
      "class:       ELFCLASS64, little-endian",
      "Program headers",
      "Memory",
      "Sections",
      "Dynamic section",
      "Versions needed",
      "Notes",
      "Symbols",
      "Relocations",
      "Security",
      "Symbols of .symtab",
      "Symbols of .dynsym",
      "Relocations of DT_RELA",
      "Relocations of DT_JMPREL",
    ]);
  });

  it("prints symbols with their versions, and relocations with their symbols", () => {
    const symbols = elfwright("show", "--dynamic-symbols", fixturePath("x86_64-glibc-lib.so")).stdout;
    const relocations = elfwright("show", "--relocations", pie).stdout;

    expect(symbols).toMatch(/ FUNC +GLOBAL +DEFAULT +\.text +answer@@ELFWRIGHT_2\.0$/m);
    expect(symbols).toMatch(/ FUNC +GLOBAL +DEFAULT +\.text +answer@ELFWRIGHT_1\.0$/m);
    expect(symbols).toMatch(/ UNDEF +strlen@GLIBC_2\.2\.5$/m);
    expect(relocations).toMatch(/^ +0x3fe0 +R_X86_64_GLOB_DAT +0x0 +__cxa_finalize@GLIBC_2\.2\.5$/m);
  });

  it("prints a section's bytes, and refuses one that the file does not have", () => {
    expect(elfwright("show", "--section", ".interp", pie).stdout.split("\n").slice(1)).toEqual([
      "  0x00000318  2f6c6962 36342f6c 642d6c69 6e75782d  /lib64/ld-linux-",
      "  0x00000328  7838362d 36342e73 6f2e3200           x86-64.so.2.",
      "",
    ]);
    expect(elfwright("show", "--section", ".no", pie)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: `elfwright: ${pie}: UNSUPPORTED: the file has no section ".no"\n`,
    });
  });

  it("--json has the lists that were asked for beside the whole description", () => {
    const entry = (...args: string[]) =>
      elfwrightJson<Record<string, unknown>[]>("show", "--json", ...args, pie).json[0]!;
    const length = (list: unknown) => (list as unknown[]).length;

    expect(Object.keys(entry())).toEqual(["file", "description"]);
    expect(Object.keys(entry("--header"))).toEqual(["file", "description"]);

    const all = entry("--all");
    expect(Object.keys(all)).toEqual(["file", "description", "symbols", "dynamicSymbols", "relocations"]);
    expect(all["description"]).toEqual(describeElf(readElf(readFileSync(pie))));
    expect([length(all["symbols"]), length(all["dynamicSymbols"]), length(all["relocations"])]).toEqual([44, 14, 17]);

    expect(entry("--section", ".interp")["section"]).toMatchObject({
      name: ".interp",
      size: 28,
      bytes: Buffer.from("/lib64/ld-linux-x86-64.so.2\0").toString("hex"),
    });
  });

  it("-- ends the options", () =>
    expect(elfwright("show", "--", "--json").stderr).toBe(
      "elfwright: --json: ENOENT: no such file or directory (open)\n",
    ));
});

describe("check --page-size", () => {
  const large = buildElf({ pageSize: 65536, machine: EM.AARCH64 });
  const fit = files.write("fit", large);
  const raisable = files.write("raisable", lowered(large));

  it("says whether the file fits such pages, can be made to fit, or cannot; exits with 1 where it does not fit", () => {
    expect(elfwright("check", "--page-size", "16384", fit)).toMatchObject({
      status: 0,
      stdout: `${fit}: fit for pages of 16384 bytes\n`,
      stderr: "",
    });

    const can = elfwright("check", "--page-size=16384", raisable);
    const loads = readElf(large).segments.filter((segment) => segment.type === PT.LOAD);
    const tooSmall = "p_align 0x1000 is smaller than a page of 0x4000 [page-align]";
    expect([can.status, can.stdout.split("\n")]).toEqual([
      1,
      [
        `${raisable}:`,
        ...loads.map((load) => `error: PT_LOAD 0x${load.vaddr.toString(16)}: ${tooSmall}`),
        "not fit for pages of 16384 bytes, but can be made so without moving an address (raiseAlignment)",
        "",
      ],
    ]);

    const cannot = elfwright("check", "--page-size", "16384", pie);
    expect([cannot.status, cannot.stdout.trimEnd().split("\n").at(-1)]).toEqual([
      1,
      "not fit for pages of 16384 bytes, and only a linker can make it so",
    ]);
  });

  it("names the reasons that are no finding", () => {
    const bytes = lowered(large);
    phdr(bytes, PT.LOAD, 0).vaddr += 0x1000;

    expect(elfwright("check", "--page-size", "16384", files.write("header", bytes)).stdout).toMatch(
      /only a linker can make it so\n {2}the ELF header \(0x0\.\.0x3f\) would have to move/,
    );
  });

  it("--json is pageFitness() of each file", () => {
    const { status, json } = elfwrightJson<unknown[]>("check", "--json", "--page-size", "65536", fit, pie, text);
    const entry = (file: string) => {
      const { problems, ...rest } = pageFitness(readElf(readFileSync(file)), 65536);
      return { file, findings: problems, ...rest };
    };
    expect([status, json]).toEqual([1, [entry(fit), entry(pie), refusal(text)]]);
  });

  it.each(["16k", "0", "2048", "12288", "-16384", "1e5"])("%s is no page size", (size) =>
    expect(elfwright("check", `--page-size=${size}`, pie)).toMatchObject({ status: 2, stdout: "" }),
  );
});

describe("check", () => {
  it("says so where there is no finding", () =>
    expect(elfwright("check", pie)).toMatchObject({ status: 0, stdout: `${pie}: no findings\n`, stderr: "" }));

  it("prints findings on stdout and exits with 1 for one of level error", () => {
    const path = broken();
    const ran = elfwright("check", path, pie);

    expect(ran).toMatchObject({ status: 1, stderr: "" });

    const [first, ...rest] = ran.stdout.trimEnd().split("\n");
    expect(first).toBe(`${path}:`);
    expect(rest.pop()).toBe(`${pie}: no findings`);
    expect(rest.length).toBeGreaterThan(0);
    for (const line of rest) expect(line).toMatch(/^(error|warning|note): .+: .+ \[[a-z-]+\]$/);
  });

  it("--json is check() of each file, and an error for one that is refused", () => {
    const path = broken();
    const { status, json } = elfwrightJson<{ file: string; findings: Finding[] }[]>("check", "--json", path, pie, text);

    expect(status).toBe(1);
    expect(json).toEqual([
      { file: path, findings: check(readElf(readFileSync(path))) },
      { file: pie, findings: [] },
      refusal(text),
    ]);
    expect(json[0]!.findings.some((f) => f.severity === "error")).toBe(true);
  });

  it("exits with 0 for every fixture", () => expect(elfwright("check", ...FIXTURES.map(fixturePath)).status).toBe(0));
});

describe("diff", () => {
  it("says that there is no difference", () =>
    expect(elfwright("diff", pie, pie)).toMatchObject({ status: 0, stdout: "no difference\n", stderr: "" }));

  it("prints what the second file says differently, and exits with 0", () => {
    const ran = elfwright("diff", pie, withPath);
    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toContain('+ dynamic DT_RUNPATH: "/opt/elfwright/fixture/lib"\n');
  });

  it("--json is diff(), with --layout and without", () => {
    const [a, b] = [readElf(fixture("x86_64-glibc-pie")), readElf(fixture("x86_64-glibc-pie-runpath"))];
    expect(elfwrightJson<Change[]>("diff", "--json", pie, withPath)).toEqual({
      status: 0,
      stderr: "",
      json: diffElf(a, b),
    });
    expect(elfwrightJson<Change[]>("diff", "--layout", "--json", pie, withPath).json).toEqual(
      diffElf(a, b, { layout: true }),
    );
    expect(diffElf(a, b, { layout: true }).length).toBeGreaterThan(diffElf(a, b).length);
  });

  it("names the file that it refuses, the first or the second", () => {
    for (const args of [
      [text, pie],
      [pie, text],
    ]) {
      const ran = elfwright("diff", ...args);
      expect(ran).toMatchObject({ status: 1, stdout: "" });
      expect(ran.stderr).toContain(`elfwright: ${text}: NOT_ELF: `);
      expect(elfwrightJson("diff", "--json", ...args)).toMatchObject({ status: 1, json: [refusal(text)] });
    }
  });

  it.each([[[pie]], [[pie, pie, pie]]])("takes two files", (args) => {
    expect(elfwright("diff", ...args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: "elfwright: diff: two files are compared; see elfwright diff --help\n",
    });
  });
});
