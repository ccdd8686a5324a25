import { describe, expect, it } from "vitest";
import { patch, PROGRAM_PARTS, readElf, sameProgram, setInterpreter, setRunpath, stripAll } from "../../src/index.js";
import { captured } from "../support/captured.js";
import { fixture, fixturePath } from "../support/fixtures.js";
import { TEXT, workbench } from "./cli.js";

const files = workbench();
const NAME = "x86_64-glibc-pie-runpath";
const before = fixturePath(NAME);
const edited = patch(fixture(NAME), [setRunpath("$ORIGIN/../lib"), setInterpreter("/opt/ld.so")]).bytes;
const after = files.write("edited", edited);
const text = files.write("text", TEXT);
const archive = files.write("lib.a", Buffer.from("!<arch>\n"));
const cut = files.write("cut", fixture(NAME).subarray(0, 3000));

/** One byte of code is another. */
const broken = fixture(NAME);
const code = readElf(broken).sections.find((s) => s.name === ".text")!.header;
broken[code.offset]! ^= 1;
const damaged = files.write("damaged", broken);

const compared = (second: Uint8Array, except?: Parameters<typeof sameProgram>[2]) =>
  sameProgram(readElf(fixture(NAME)), readElf(second), except);

describe("verify", () => {
  it("says that nothing differs", async () =>
    expect(await captured("verify", before, before)).toEqual({
      status: 0,
      stdout: "the same program\n",
      stderr: "",
    }));

  it("says but for what it is the same program, and each difference", async () => {
    const { summary, differences } = compared(edited);
    expect(summary).toBe("the same program, but for: the interpreter, RUNPATH");
    expect(await captured("verify", before, after)).toEqual({
      status: 0,
      stdout: `${summary}\n${differences.map((d) => `  edit: ${d.message}\n`).join("")}`,
      stderr: "",
    });
  });

  it("exits with 1 for another program, with its first address", async () => {
    const { status, stdout, stderr } = await captured("verify", before, damaged);
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(`not the same program: 1 bytes of memory differ, the first at 0x${code.addr.toString(16)}`);
    expect(stdout).toContain("\n  damage: ");
  });

  it("what was cut off is damage, and no refusal", async () => {
    const { status, stdout, stderr } = await captured("verify", before, cut);
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^not the same program: /);
  });

  it.each([
    [["--except=search-path,interpreter"], 0],
    [["--except", "interpreter,search-path,needed"], 0],
    [["--except=search-path"], 1],
    [["--except=interpreter"], 1],
    [["--except="], 1],
    [["--except", ""], 1],
    [[`--except=${PROGRAM_PARTS.join(",")}`], 0],
  ])("%j allows these parts alone", async (options, expected) => {
    const { status, stdout } = await captured("verify", ...options, before, after);
    expect(status).toBe(expected);
    expect(stdout.startsWith("the same program")).toBe(expected === 0);
    expect((await captured("verify", ...options, before, before)).status).toBe(0);
    expect((await captured("verify", ...options, before, damaged)).status).toBe(1);
  });

  it("--json is sameProgram() with the names of both files", async () => {
    for (const [second, bytes, status] of [
      [before, fixture(NAME), 0],
      [after, edited, 0],
      [damaged, broken, 1],
    ] as const) {
      const ran = await captured("verify", "--json", before, second);
      expect([ran.status, ran.stderr]).toEqual([status, ""]);
      expect(JSON.parse(ran.stdout)).toEqual({ before, after: second, ...compared(bytes) });
    }

    const { stdout } = await captured("verify", "--json", "--except=needed", before, after);
    expect(JSON.parse(stdout)).toEqual({ before, after, ...compared(edited, { except: ["needed"] }) });
  });

  it.each([
    [[text, before], text, "NOT_ELF"],
    [[before, text], text, "NOT_ELF"],
    [[archive, before], archive, "ARCHIVE"],
    [[before, archive], archive, "ARCHIVE"],
    [[files.path("absent"), before], undefined, "IO"],
    [[before, files.path("absent")], undefined, "IO"],
  ])("a file that is refused is named: %j", async (args, name, errorCode) => {
    const refused = name ?? args.find((f) => f !== before)!;
    const ran = await captured("verify", ...args);
    expect(ran).toEqual({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining(`elfwright: ${refused}: `) as string,
    });

    const asJson = await captured("verify", "--json", ...args);
    expect(asJson.status).toBe(1);
    expect(JSON.parse(asJson.stdout)).toEqual([
      { file: refused, error: expect.objectContaining({ code: errorCode }) as unknown },
    ]);
  });

  it.each([
    [[], /missing file name/],
    [[before], /two files/],
    [[before, after, damaged], /two files/],
    [["--except=runpath", before, after], /--except takes header, .*, not "runpath"/],
    [["--except=needed,,x", before, after], /not "x"/],
    [["--expect=needed", before, after], /expect/],
    [["--except"], /except|two files/],
  ])("%j is wrong usage", async (args, says) => {
    const ran = await captured("verify", ...args);
    expect([ran.status, ran.stdout]).toEqual([2, ""]);
    expect(ran.stderr).toMatch(says);
  });

  it("--help has every part", async () => {
    const { status, stdout } = await captured("verify", "--help");
    expect(status).toBe(0);
    const words = new Set(stdout.split(/[\s,]+/));
    for (const part of PROGRAM_PARTS) expect(words).toContain(part);
  });

  it("tells a strip and a patch of it apart from another build", async () => {
    const small = files.write("small", patch(fixture(NAME), [stripAll()]).bytes);
    expect((await captured("verify", "--except=debug,symtab", before, small)).status).toBe(0);
    expect((await captured("verify", before, fixturePath("x86_64-glibc-pie"))).status).toBe(1);
  });
});
