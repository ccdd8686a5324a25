import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  addGnuHash,
  addHash,
  addNeeded,
  addVersionNeed,
  clearSymbolVersion,
  convertToRunpath,
  type Edit,
  patch,
  readElf,
  removeVersionNeed,
  renameDynamicSymbols,
  setExecstack,
  setOsAbi,
  setRpath,
  setRunpath,
  setSoname,
  setSymbolVersion,
  weakenVersionNeed,
} from "../../src/index.js";
import { fixture } from "../support/fixtures.js";
import { captured } from "../support/captured.js";
import { isUnchanged, SILENT, workbench } from "./cli.js";

const files = workbench();
const PIE = "x86_64-glibc-pie";
const WITH_PATH = "x86_64-glibc-pie-runpath";
const LIBRARY = "x86_64-glibc-lib.so";
const MUSL = "x86_64-musl-pie";
const patchelf = (...args: string[]) => captured("patchelf", ...args);
const made = (name: string, edits: readonly Edit[]) => patch(fixture(name), edits).bytes;

describe("patchelf, values", () => {
  it.each<[string, string[], readonly Edit[]]>([
    [PIE, ["--set-rpath", "@/a"], [setRunpath("/a")]],
    [
      PIE,
      ["--add-needed", "@liba.so\n", "--add-needed", "@libb.so\r\n"],
      [addNeeded(["liba.so", "libb.so"], { first: true })],
    ],
    [LIBRARY, ["--set-soname", "@a.so"], [setSoname("a.so")]],
    [PIE, ["--set-os-abi", "@freebsd\n"], [setOsAbi("FREEBSD")]],
    [PIE, ["--clear-symbol-version", "@puts"], [clearSymbolVersion("puts")]],
  ])("%s %j takes the value from a file", async (name, args, edits) => {
    const path = files.copy(name);
    const valueFile = (text: string) => files.write("value", Buffer.from(text));
    const withFiles = args.map((arg) => (arg.startsWith("@") ? `@${valueFile(arg.slice(1))}` : arg));

    expect(await patchelf(...withFiles, path)).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(path).equals(made(name, edits))).toBe(true);
  });

  it("a file that is not there, or is no text, is refused before any other is read", async () => {
    const path = files.copy(PIE);
    const binary = files.write("binary", Uint8Array.of(0x2f, 0xff, 0xfe));

    expect(await patchelf("--set-rpath", "@/no/such/file", "--print-needed", path)).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "elfwright: patchelf: IO: the file that --set-rpath @/no/such/file names cannot be read: " +
        "/no/such/file: ENOENT: no such file or directory (open)\n",
    });
    expect((await patchelf("--set-rpath", `@${binary}`, path)).stderr).toMatch(
      /BAD_EDIT: the file .*, which --set-rpath @.* names, is not UTF-8\n$/,
    );
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("--replace-needed and our own options take an @ as it stands", async () => {
    const path = files.copy(PIE);
    expect(await patchelf("--replace-needed", "libc.so.6", "@value", path)).toEqual(SILENT);
    expect(readElf(readFileSync(path)).needed).toEqual(["@value"]);
  });

  it.each<[string, string[]]>([
    [PIE, ["--set-interpreter", ""]],
    [PIE, ["--set-rpath", ""]],
    [WITH_PATH, ["--add-rpath", ""]],
    [PIE, ["--add-needed", ""]],
    [PIE, ["--remove-needed", ""]],
    [LIBRARY, ["--set-soname", ""]],
    [PIE, ["--replace-needed", "libc.so.6", ""]],
    [PIE, ["--replace-needed", "", "libc.so"]],
    [PIE, ["--clear-symbol-version", ""]],
    ["x86_64-musl-static-pie", ["--set-rpath", ""]],
    [PIE, ["--output", ""]],
    [PIE, ["--set-interpreter", "/lib64/ld-linux-x86-64.so.2"]],
    [WITH_PATH, ["--set-rpath", "/opt/elfwright/fixture/lib"]],
    [PIE, ["--add-needed", "libc.so.6"]],
    [PIE, ["--replace-needed", "libc.so.6", "libc.so.6"]],
    [LIBRARY, ["--set-soname", "libelfwright-fixture.so.1"]],
    [PIE, ["--clear-execstack"]],
    [PIE, ["--set-os-abi", "system-v"]],
    [PIE, ["--remove-needed", "libc.so.6", "--add-needed", "libc.so.6"]],
    ["x86_64-musl-static-pie", ["--remove-rpath", "--remove-needed", "a", "--replace-needed", "a", "b"]],
    ["x86_64-musl-static-pie", ["--shrink-rpath"]],
  ])("%s %j: an empty or equal value leaves the file as it is", async (name, args) => {
    const path = files.copy(name);
    expect(await patchelf(...args, path)).toEqual(SILENT);
    expect(isUnchanged(path, name)).toBe(true);
  });
});

describe("patchelf, options that newer versions have", () => {
  it.each<[string, string[], readonly Edit[]]>([
    [PIE, ["--set-execstack", "--clear-execstack", "--set-execstack"], [setExecstack(false)]],
    [PIE, ["--no-sort", "--no-clobber-old-sections", "--set-rpath", "/a"], [setRunpath("/a")]],
    [PIE, ["--page-size", "4096", "--set-rpath", "/a"], [setRunpath("/a")]],
    ...(["SysV", "system-v", " System V "] as const).map((abi): [string, string[], Edit[]] => [
      "x86_64-glibc-static",
      ["--set-os-abi", abi],
      [setOsAbi(0)],
    ]),
    ...(["hurd", "gnu-hurd", "GNU Hurd"] as const).map((abi): [string, string[], Edit[]] => [
      PIE,
      ["--set-os-abi", abi],
      [setOsAbi(4)],
    ]),
  ])("%s %j", async (name, args, edits) => {
    const path = files.copy(name);
    expect(await patchelf(path, ...args)).toEqual(SILENT);
    expect(readFileSync(path).equals(made(name, edits))).toBe(true);
  });

  it("--print-execstack keeps the others from acting", async () => {
    const path = files.copy(PIE);
    expect(await patchelf("--print-execstack", "--set-execstack", path)).toEqual({
      ...SILENT,
      stdout: "execstack: -\n",
    });
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("prints the answers that come before a question that has none", async () => {
    const ask = (...questions: string[]) => patchelf(...questions, files.copy("x86_64-glibc-static"));
    expect(await ask("--print-os-abi", "--print-interpreter", "--print-rpath")).toMatchObject({
      status: 1,
      stdout: "",
    });
    expect(await ask("--print-os-abi", "--print-rpath")).toMatchObject({ status: 1, stdout: "Linux\n" });
  });

  it.each(["0", "-4096", "x", ""])("--page-size %j is wrong usage", async (size) =>
    expect(await patchelf("--page-size", size, files.copy(PIE))).toMatchObject({ status: 1, stdout: "" }),
  );

  it("--page-size above the file's own says that it has no effect", async () => {
    const path = files.copy(PIE);
    expect(await patchelf("--page-size", "65536", "--set-rpath", "/a", path)).toEqual({
      ...SILENT,
      stderr:
        `elfwright: ${path}: --page-size 65536: what is new is laid out for pages of 4096 bytes, ` +
        "as the file itself is; --raise-alignment makes it fit for larger ones\n",
    });
    expect(readFileSync(path).equals(made(PIE, [setRunpath("/a")]))).toBe(true);
  });

  it("--debug says where tables go, on stderr", async () => {
    const path = files.copy(PIE);
    const ran = await patchelf("--debug", "--set-rpath", "/a", "--print-needed", path);

    const lines = [
      /elfwright: [^\n]*: edits: setRunpath\n/,
      /(elfwright: [^\n]*: \.dyn\w+: \d+ bytes at offset 0x[^\n]*\n)+/,
      /elfwright: [^\n]*: \d+ -> \d+ bytes, changed\n/,
    ];
    expect(ran).toMatchObject({ status: 0, stdout: "libc.so.6\n" });
    expect(ran.stderr).toMatch(new RegExp(`^${lines.map((line) => line.source).join("")}$`));

    process.env["PATCHELF_DEBUG"] = "";
    try {
      expect((await patchelf(files.copy(PIE))).stderr).toContain(": no edit\n");
    } finally {
      delete process.env["PATCHELF_DEBUG"];
    }
  });

  it("--output /dev/null writes nothing, and makes the same refusals", async () => {
    const path = files.copy(PIE);
    expect(await patchelf("--set-rpath", "/a", "--output", "/dev/null", path)).toEqual(SILENT);
    expect(await patchelf("--set-rpath", "/a", "--output", "/dev/full", path)).toMatchObject({ status: 1 });
    expect(
      (await patchelf("--set-rpath", "/a", "--output", "/dev/null", files.copy("x86_64-glibc-static"))).stderr,
    ).toContain("STATIC");
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("an object and a core file are refused, whatever is asked", async () => {
    const core = Buffer.from(fixture(PIE));
    core[16] = 4;

    for (const [path, code] of [
      [files.copy("x86_64-object.o"), "RELOCATABLE"],
      [files.write("core", core), "UNSUPPORTED"],
    ] as const) {
      for (const args of [[], ["--print-os-abi"], ["--print-soname"]]) {
        expect(await patchelf(...args, path)).toMatchObject({
          status: 1,
          stdout: "",
          stderr: expect.stringContaining(`: ${code}: `) as string,
        });
      }
    }
  });
});

describe("patchelf --shrink-rpath", () => {
  const rpath = made(PIE, [setRpath("/usr/lib/x86_64-linux-gnu:/no/such/directory:$ORIGIN")]);
  const runpath = async (...args: string[]) => {
    const path = files.write("rpath", rpath);
    expect(await patchelf("--shrink-rpath", ...args, path)).toEqual(SILENT);
    const elf = readElf(readFileSync(path));
    return [elf.runpath, elf.rpath];
  };

  it("makes it DT_RUNPATH, unless --force-rpath is given", async () => {
    expect(await runpath()).toEqual([expect.stringMatching(/\$ORIGIN$/), null]);
    expect(await runpath("--force-rpath")).toEqual([null, expect.stringMatching(/\$ORIGIN$/)]);
    expect((await runpath())[0]).not.toContain("/no/such");
  });

  it("--allowed-rpath-prefixes: the last counts, empty ones do not", async () => {
    expect(await runpath("--allowed-rpath-prefixes", "/usr", "--allowed-rpath-prefixes", "/opt/::/nix")).toEqual([
      "$ORIGIN",
      null,
    ]);
    expect(await runpath("--allowed-rpath-prefixes", "")).toEqual(await runpath());
  });

  it("equals the edits of the library", async () => {
    const bytes = made(PIE, [setRpath("$ORIGIN")]);
    const path = files.write("rpath", bytes);

    expect(await patchelf("--shrink-rpath", path)).toEqual(SILENT);
    expect(readFileSync(path).equals(patch(Buffer.from(bytes), [convertToRunpath()]).bytes)).toBe(true);
  });
});

describe("patchelf, symbols and versions", () => {
  const map = (text: string) => files.write("map", Buffer.from(text));

  it.each<[string, string[], readonly Edit[]]>([
    [
      PIE,
      ["--clear-symbol-version", "puts", "--clear-symbol-version", "printf", "--clear-symbol-version", "puts"],
      [clearSymbolVersion("puts", "printf")],
    ],
    [
      MUSL,
      ["--add-version-need", "libc.musl-x86_64.so.1", "V_1", "--bind", "puts", "--bind", "printf"],
      [addVersionNeed("libc.musl-x86_64.so.1", "V_1", { symbols: ["puts", "printf"] })],
    ],
    [PIE, ["--add-version-need", "libc.so.6", "GLIBC_2.4"], [addVersionNeed("libc.so.6", "GLIBC_2.4")]],
    [PIE, ["--set-symbol-version", "dlerror", "GLIBC_2.2.5"], [setSymbolVersion("dlerror", "GLIBC_2.2.5")]],
    [
      PIE,
      ["--set-symbol-version", "dlerror@GLIBC_2.34", "GLIBC_2.4@libc.so.6"],
      [setSymbolVersion("dlerror@GLIBC_2.34", "GLIBC_2.4", { file: "libc.so.6" })],
    ],
    [
      PIE,
      ["--remove-version-need", "libc.so.6", "GLIBC_2.34", "--drop-versions"],
      [removeVersionNeed("libc.so.6", "GLIBC_2.34", { uses: "drop" })],
    ],
    [PIE, ["--weaken-version-need", "libc.so.6", "GLIBC_2.34"], [weakenVersionNeed("libc.so.6", "GLIBC_2.34")]],
  ])("%s %j", async (name, args, edits) => {
    const path = files.copy(name);
    expect(await patchelf(...args, path)).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(path).equals(made(name, edits))).toBe(true);
    expect(isUnchanged(path, name)).toBe(false);
  });

  it.each<[string, string, readonly Edit[]]>([
    [
      "puts my_puts\n  free\tmy_free ignored\n\nmalloc malloc2",
      "",
      [renameDynamicSymbols({ puts: "my_puts", free: "my_free", malloc: "malloc2" }, { swap: true })],
    ],
    ["puts free\r\nfree puts\n", "", [renameDynamicSymbols({ puts: "free", free: "puts" }, { swap: true })]],
    ["", "--add-hash", [addHash()]],
    ["", "--add-gnu-hash", [addGnuHash()]],
  ])("--rename-dynamic-symbols %j %s", async (text, option, edits) => {
    const path = files.copy(PIE);
    const args = option === "" ? ["--rename-dynamic-symbols", map(text)] : [option];

    expect(await patchelf(...args, path)).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(path).equals(made(PIE, edits))).toBe(true);
    // It has a DT_GNU_HASH.
    expect(isUnchanged(path, PIE)).toBe(option === "--add-gnu-hash");
  });

  it.each<[string, RegExp]>([
    ["puts\n", /:1: puts has no new name beside it\n$/],
    ["a b\nc d\na e\n", /:3: a was given before\n$/],
    ["a@V b\n", /:1: a@V b: names are without versions here\n$/],
    ["a b@V\n", /names are without versions here\n$/],
  ])("a map of %j is refused", async (text, message) => {
    const path = files.copy(PIE);
    const ran = await patchelf("--rename-dynamic-symbols", map(text), path);
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toMatch(message);
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("a map that is not there, or empty", async () => {
    expect(await patchelf("--rename-dynamic-symbols", "/no/such/map", files.copy(PIE))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("/no/such/map: ENOENT") as string,
    });
    expect(await patchelf("--rename-dynamic-symbols", map(""), files.copy(PIE))).toEqual(SILENT);
  });

  it("--clear-symbol-version of a file without versions is refused", async () => {
    expect(await patchelf("--clear-symbol-version", "puts", files.copy(MUSL))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("BAD_EDIT: the file's symbols have no versions") as string,
    });
  });

  it("--bind alone is wrong usage", async () =>
    expect(await patchelf("--bind", "puts", files.copy(PIE))).toMatchObject({ status: 1, stdout: "" }));
});

describe("patchelf and strip, --backup and --in-place", () => {
  it.each([["patchelf", "--set-rpath", "/a"], ["strip"]])("%s: both together", async (verb, ...edit) => {
    for (const [option, suffix] of [
      ["--backup", ".orig"],
      ["--backup=.bak", ".bak"],
    ] as const) {
      const path = files.copy(PIE);
      const backup = `${path}${suffix}`;

      expect(await captured(verb!, option, "--in-place", ...edit, path)).toEqual(SILENT);
      expect(isUnchanged(backup, PIE)).toBe(true);
      expect(isUnchanged(path, PIE)).toBe(false);

      expect(await captured(verb!, option, ...edit, path)).toEqual(SILENT);
      expect(isUnchanged(backup, PIE)).toBe(true);
    }
  });

  it("wrong usage", async () => {
    const path = files.copy(PIE);
    for (const args of [["--backup="], ["--backup=a/b"], ["--in-place", "--output", files.path("o")]]) {
      expect(await patchelf(...args, "--set-rpath", "/a", path)).toMatchObject({ status: 1, stdout: "" });
    }
    expect(isUnchanged(path, PIE)).toBe(true);
    expect(existsSync(`${path}.orig`)).toBe(false);
  });

  it("--json names the backup", async () => {
    const path = files.copy(PIE);
    const { stdout } = await patchelf("--json", "--backup", "--set-rpath", "/a", path);
    const [entry] = JSON.parse(stdout) as { backup?: string }[];
    expect(entry!.backup).toBe(`${path}.orig`);
  });
});
