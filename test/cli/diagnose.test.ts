import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { diagnose, type Diagnosis, onlyKeepDebug, patch, readElf } from "../../src/index.js";
import { tables } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { fixture, fixturePath } from "../support/fixtures.js";
import { elfwright, elfwrightJson, FIXTURES, TEXT, workbench } from "./cli.js";

const files = workbench();
const text = files.write("text", TEXT);
const pie = fixturePath("x86_64-glibc-pie");
const musl = fixturePath("x86_64-musl-pie");

describe("diagnose", () => {
  it("says what the file is, then the reasons, what it requires and where it runs", () => {
    const { status, stdout, stderr } = elfwright("diagnose", pie);
    expect([status, stderr]).toEqual([0, ""]);

    const lines = stdout.split("\n");
    expect(lines[0]).toBe(`${pie}: glibc, dynamic, C, X86_64 64-bit little-endian`);
    expect(lines[1]).toBe("  because:     libc: PT_INTERP is /lib64/ld-linux-x86-64.so.2 (at 0x318)");
    expect(stdout).toMatch(/^ {2}requires: {4}glibc 2\.34$/m);
    expect(stdout).toMatch(/^ {2}set by: {6}GLIBC 2\.34 of libc\.so\.6: __libc_start_main, /m);
    expect(stdout).toMatch(/^ {2}found on: {4}.*\bdebian12\.\.13\b/m);
  });

  it("names what sets a version, not a weak need of the same one", () => {
    const bytes = buildElf({
      interpreter: "/lib/ld-musl-x86_64.so.1",
      needed: ["libc.musl-x86_64.so.1"],
      symbols: [
        { name: "malloc", defined: false },
        { name: "getrandom", defined: false, binding: 2 },
      ],
    });
    const file = files.write("weak", bytes);

    expect(elfwright("diagnose", file).stdout).toMatch(/^ {2}set by: {6}MUSL 1\.1\.0: malloc \(/m);
  });

  it("takes --sysroot for a debug file too", () => {
    const file = files.write("debug", patch(readFileSync(pie), [onlyKeepDebug()]).bytes);
    const { status, stdout } = elfwright("diagnose", "--sysroot", "/", file);
    expect([status, stdout.includes("separate debug file")]).toEqual([0, true]);
  });

  it("exits with 1 where a finding is an error, as on a target that lacks something, else with 0", () => {
    const old = elfwright("diagnose", "--target", "centos7", pie);
    const recent = elfwright("diagnose", "--target=debian12", pie);
    const other = elfwright("diagnose", "--target", "musl", pie);

    expect([old.status, recent.status, other.status]).toEqual([1, 0, 1]);
    expect(old.stdout).toMatch(/^ {4}error: .*GLIBC_2\.34.* \[target-version\]$/m);
    expect(recent.stdout).not.toContain("error:");
  });

  it("--json is diagnose() of each file with the built-in tables, and an error for one that is refused", () => {
    const paths = FIXTURES.map(fixturePath);
    const entryOf = (file: string) => {
      const diagnosis = diagnose(readElf(readFileSync(file)), { tables });
      return { file, ...(JSON.parse(JSON.stringify(diagnosis)) as Diagnosis) };
    };

    const { status, json } = elfwrightJson<({ file: string } & Diagnosis)[]>("diagnose", "--json", ...paths, text);

    expect(status).toBe(1);
    expect(json.slice(0, -1)).toEqual(paths.map(entryOf));
    expect(json.at(-1)).toMatchObject({ file: text, error: { code: "NOT_ELF" } });
  });

  it("--sysroot looks at the libraries there", () => {
    const file = files.write("needs", buildElf({ needed: ["libc.so.6", "libnowhere.so.9"] }));
    const errors = (...args: string[]) => {
      const { json } = elfwrightJson<Diagnosis[]>("diagnose", "--json", ...args, file);
      return json[0]!.findings.filter((finding) => finding.severity === "error");
    };

    expect(elfwright("diagnose", "--sysroot", files.path("missing"), file)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("no such file or directory") as string,
    });
    expect(errors("--sysroot", dirname(file)).flatMap((error) => error.names ?? [])).toContain("libnowhere.so.9");
    expect(errors()).toEqual([]);
  });

  it("an unknown target is wrong usage: it is named, and so are those there are", () => {
    const { status, stderr, stdout } = elfwright("diagnose", "--target", "solaris", musl);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^elfwright: diagnose: "?solaris"? .*centos7.*see elfwright diagnose --help\n$/);
  });

  it("prints no terminal escapes of names", () => {
    const bytes = buildElf({ needed: ["libc.so.6", "lib\u001b[31m.so"], interpreter: "/lib/\u001b[2Jld.so" });
    const { stdout } = elfwright("diagnose", files.write("escape", bytes));
    expect(stdout).not.toContain("\u001b");
  });

  it("leaves the file as it is", () => {
    const copy = files.copy("x86_64-musl-pie");
    elfwright("diagnose", copy);
    expect(existsSync(copy) && readFileSync(copy).equals(fixture("x86_64-musl-pie"))).toBe(true);
  });
});
