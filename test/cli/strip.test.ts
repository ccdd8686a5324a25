import { existsSync, linkSync, lstatSync, readFileSync, statSync, symlinkSync, utimesSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { crc32 } from "../../src/codec/crc32.js";
import { patch, readElf, removeSections, stripUnneeded } from "../../src/index.js";
import { fixture } from "../support/fixtures.js";
import { readelfValues } from "../support/oracles.js";
import { itWithTools, must } from "../support/tools.js";
import { ATTRIBUTES } from "../support/attributes.js";
import { elfwright, elfwrightJson, FIXTURES, isUnchanged, SILENT, TEXT, workbench } from "./cli.js";

const files = workbench();
const PIE = "x86_64-glibc-pie-runpath";
const PAYLOAD = Buffer.from("a payload behind the end");
const names = (path: string) => readElf(readFileSync(path)).sections.map((section) => section.name);
const stripped = patch(fixture(PIE), [stripUnneeded()]).bytes;

describe("strip", () => {
  it("works in silence, and gives the same when run twice", () => {
    const path = files.copy(PIE);
    for (let i = 0; i < 2; i++) {
      expect(elfwright("strip", path)).toMatchObject(SILENT);
      expect(readFileSync(path).equals(stripped)).toBe(true);
    }
  });

  it.each([["--strip-unneeded"], ["--strip-all"], ["-s"]])("%s is the default's other name", (option) => {
    const path = files.copy(PIE);
    expect(elfwright("strip", option, path)).toMatchObject(SILENT);
    expect(readFileSync(path).equals(stripped)).toBe(true);
  });

  it.each([
    [["-R", ".comment"]],
    [["-R.comment"]],
    [["--remove-section", ".comment"]],
    [["--remove-section=.comment"]],
    [["-R", ".com*"]],
  ])("%j removes it on top of the default", (option) => {
    const path = files.copy(PIE);
    const wanted = patch(fixture(PIE), [stripUnneeded(), removeSections(".comment")]).bytes;

    expect(elfwright("strip", path, ...option)).toMatchObject(SILENT);
    expect(readFileSync(path).equals(wanted)).toBe(true);
  });

  it("-R several times; a missing section is reported only by --dry-run and -v, since GNU strip is silent", () => {
    const path = files.copy("x86_64-glibc-pie");
    const note = `elfwright: ${path}: removeSections: the file has no section .no-such\n`;

    expect(elfwright("strip", "-R", ".comment", "-R", ".no-such", "--dry-run", path)).toMatchObject({
      status: 0,
      stderr: note,
    });
    expect(elfwright("strip", "-R", ".comment", "-R", ".no-such", path)).toMatchObject(SILENT);
    expect(names(path)).not.toContain(".comment");
    expect(elfwright("strip", "-v", "-R", ".no-such", path)).toMatchObject({ status: 0, stderr: note });
  });

  it("-v: GNU strip's line, and the bytes that were saved", () => {
    const size = fixture(PIE).length;
    const path = files.copy(PIE);
    const out = files.path("out");
    const ran = elfwright("strip", "-v", "-o", out, path);
    const small = statSync(out).size;

    const copied = `copy from \`${path}' [elf64-x86-64] to \`${out}' [elf64-x86-64]\n`;
    const saved = `${path}: ${size} -> ${small} bytes, ${size - small} saved\n`;
    expect(small).toBeLessThan(size);
    expect(ran).toMatchObject({ ...SILENT, stdout: copied + saved });

    const big = files.copy("s390x-glibc-pie");
    expect(elfwright("strip", "--verbose", big).stdout.split("\n")[0]).toBe(
      `copy from \`${big}' [elf64-s390] to \`${big}' [elf64-s390]`,
    );
  });

  it("-p keeps the file's times", () => {
    const path = files.copy(PIE);
    const out = files.path("out");

    for (const [args, made] of [
      [["-o", out, path], out],
      [[path], path],
    ] as const) {
      utimesSync(path, 981173106.25, 1012709106.75);
      expect(elfwright("strip", "-p", ...args)).toMatchObject(SILENT);
      const { atimeMs, mtimeMs, size } = statSync(made);
      expect([atimeMs, mtimeMs]).toEqual([981173106250, 1012709106750]);
      expect(size).toBeLessThan(fixture(PIE).length);
    }
  });

  it("-O: the other class is refused; another machine's name leaves the file what it is", () => {
    const path = files.copy(PIE);
    expect(elfwright("strip", "-O", "elf32-i386", path)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("UNSUPPORTED: the file is of class ELFCLASS64") as string,
    });
    expect(isUnchanged(path, PIE)).toBe(true);
    expect(elfwright("strip", "-O", "elf64-s390", "-I", "elf64-x86-64", path)).toMatchObject(SILENT);
    expect(names(path)).not.toContain(".symtab");
  });

  it("takes arguments from a file, and names of symbols from another", () => {
    const path = files.copy("x86_64-glibc-pie");
    const list = files.write("list", Buffer.from("# kept\nmain\n"));
    const args = files.write("args", Buffer.from(`--strip-unneeded '--keep-symbols=${list}'\n -R ".comment"`));

    expect(elfwright("strip", `@${args}`, path)).toMatchObject(SILENT);
    const symbols = [...readElf(readFileSync(path)).symbols!];
    expect(names(path)).not.toContain(".comment");
    expect(symbols.map((symbol) => symbol.name).filter((name) => name !== "")).toEqual(["main"]);
  });

  it("--add-gnu-debuglink names a debug file that --only-keep-debug made", () => {
    const path = files.copy("x86_64-glibc-pie");
    const debug = files.path("pie.debug");

    expect(elfwright("strip", "--only-keep-debug", "-o", debug, path)).toMatchObject(SILENT);
    expect(elfwright("strip", `--add-gnu-debuglink=${debug}`, path)).toMatchObject(SILENT);

    const bytes = readFileSync(path);
    const { header } = readElf(bytes).sections.find((section) => section.name === ".gnu_debuglink")!;
    const nameEnd = bytes.indexOf(0, header.offset);
    expect(bytes.toString("latin1", header.offset, nameEnd)).toBe(basename(debug));
    expect(bytes.readUInt32LE(header.offset + header.size - 4)).toBe(crc32(readFileSync(debug)));
  });

  it("leaves no output, not even an empty one, where the input is refused", () => {
    const cut = files.write("cut", fixture(PIE).subarray(0, 3000));
    const inputs = [
      files.write("empty", new Uint8Array()),
      files.write("text", TEXT),
      cut,
      files.path("none"),
      files.path("."),
      files.copy("x86_64-object.o"),
    ];

    for (const input of inputs) {
      const out = files.path("out");
      const ran = elfwright("strip", "-o", out, input);
      expect(ran, input).toMatchObject({ status: 1, stdout: "" });
      expect(ran.stderr).toMatch(/^elfwright: .*: [A-Z_]+: /);
      expect(existsSync(out), input).toBe(false);
    }

    expect(readFileSync(cut).length).toBe(3000);
  });

  it("-o is written also where there is nothing to drop", () => {
    const path = files.copy(PIE);
    const out = files.path("out");
    elfwright("strip", path);
    expect(elfwright("strip", "-o", out, path)).toMatchObject(SILENT);
    expect(readFileSync(out).equals(readFileSync(path))).toBe(true);
    expect(elfwright("strip", "-o", "/dev/null", path)).toMatchObject(SILENT);
  });

  it("takes a name given twice, and another name of the same file", () => {
    const path = files.copy(PIE);
    const link = files.path("link");
    symlinkSync(path, link);

    expect(elfwright("strip", path, link, path)).toMatchObject(SILENT);
    expect(readFileSync(path).equals(stripped)).toBe(true);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it("--in-place keeps hard links: all names show the stripped file, as with GNU strip", () => {
    const path = files.copy(PIE);
    const other = files.path("other");
    const { ino, size } = statSync(path);
    linkSync(path, other);

    expect(elfwright("strip", "--in-place", path)).toMatchObject({ status: 0, stdout: "" });
    expect([statSync(path).ino, statSync(other).ino, statSync(path).nlink]).toEqual([ino, ino, 2]);
    expect(readFileSync(other).equals(stripped)).toBe(true);
    expect(statSync(other).size).toBeLessThan(size);

    // With -o they stay as they are.
    const out = files.path("out");
    expect(elfwright("strip", "-R", ".comment", "-o", out, path)).toMatchObject(SILENT);
    expect(names(out)).not.toContain(".comment");
    expect(names(other)).toContain(".comment");
  });

  itWithTools(
    ["ar"],
    "static libraries: -D is the default, -U leaves dates and owners; each member is stripped",
    () => {
      const made = () => {
        const path = files.path("lib.a");
        must("ar", ["rcU", path, files.copy("x86_64-object.o")]);
        return path;
      };
      const [plain, kept, refused] = [made(), made(), made()];
      const before = readFileSync(kept);

      // struct ar_hdr is 60 bytes and ends in "`\n"; date, owner, group and mode are its bytes 16..47.
      const headerAt = before.lastIndexOf("`\n", before.indexOf("\x7fELF")) - 58;
      const datesAndOwners = (bytes: Buffer) => bytes.toString("latin1", headerAt + 16, headerAt + 48);

      expect(elfwright("strip", "-g", plain)).toMatchObject(SILENT);
      expect(datesAndOwners(readFileSync(plain))).toBe("0           0     0     644     ");

      expect(elfwright("strip", "--strip-unneeded", "-U", kept)).toMatchObject(SILENT);
      expect(datesAndOwners(readFileSync(kept))).toBe(datesAndOwners(before));

      expect(elfwright("strip", refused)).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringMatching(/: RELOCATABLE: /) as string,
      });
      expect(elfwright("strip", "-v", "-g", refused).stdout).toMatch(
        new RegExp(`^copy from \`${refused}' to \`${refused}'\n${refused}: \\d+ -> \\d+ bytes, -?\\d+ saved\n$`),
      );
    },
  );

  it("--force strips an object as GNU strip does", () => {
    const object = files.copy("x86_64-object.o");
    expect(elfwright("strip", "--force", object)).toMatchObject(SILENT);
    expect(names(object).filter((name) => /^\.(symtab|strtab|rela)/.test(name))).toEqual([]);
    expect(names(object)).toContain(".text");
  });

  it.each([[["-o", "OUT"]], [["-oOUT"]], [["--output-file=OUT"]]])("%j writes there and leaves the input", (option) => {
    const path = files.copy(PIE);
    const out = files.path("out");

    const args = option.map((word) => word.replace("OUT", out));
    expect(elfwright("strip", ...args, path)).toMatchObject(SILENT);
    expect(isUnchanged(path, PIE)).toBe(true);
    expect(names(out)).not.toContain(".symtab");
    expect(statSync(out).mode).toBe(statSync(path).mode);
  });

  it("-o takes one input file", () => {
    const [a, b] = [files.copy(PIE), files.copy(PIE)];
    expect(elfwright("strip", "-o", files.path("out"), a, b)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "elfwright: strip: -o takes one input file; see elfwright strip --help\n",
    });
    expect(isUnchanged(a, PIE) && isUnchanged(b, PIE)).toBe(true);
  });

  it("strips the other files where one is refused", () => {
    const [a, text, b] = [files.copy(PIE), files.write("text", TEXT), files.copy("s390x-glibc-pie")];
    const ran = elfwright("strip", a, text, b);
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(`${text}: NOT_ELF: `)]);
    for (const path of [a, b]) expect(names(path)).not.toContain(".symtab");
    expect(readFileSync(text).equals(TEXT)).toBe(true);
  });

  it("--dry-run says what would go and writes nothing", () => {
    const path = files.copy(PIE);
    const ran = elfwright("strip", "--dry-run", path);

    expect(ran).toMatchObject({ status: 0, stderr: "" });
    expect(ran.stdout).toMatch(new RegExp(`^${path}: would change, ${fixture(PIE).length} -> \\d+ bytes\n`));
    expect(ran.stdout).toMatch(/\n {2}\d+ bytes saved\n$/);
    expect(ran.stdout).toContain("- sections .symtab: SHT_SYMTAB\n");
    expect(isUnchanged(path, PIE)).toBe(true);

    elfwright("strip", path);
    expect(elfwright("strip", "--dry-run", path).stdout).toBe(`${path}: nothing to do\n`);
  });

  it("refuses a payload without --overlay, and does what --overlay says", () => {
    const bundle = Buffer.concat([fixture(PIE), PAYLOAD]);
    const path = files.write("bundle", bundle);
    const ran = elfwright("strip", path);

    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toContain(`elfwright: ${path}: OVERLAY: `);
    expect(readFileSync(path).equals(bundle)).toBe(true);

    for (const [choice, size, offset] of [
      ["keep", stripped.length + PAYLOAD.length, stripped.length],
      ["keep-in-place", bundle.length, bundle.length - PAYLOAD.length],
      ["drop", stripped.length, -1],
    ] as const) {
      const other = files.write("bundle", bundle);
      expect(elfwright("strip", `--overlay=${choice}`, other)).toMatchObject({ status: 0, stdout: "" });

      const bytes = readFileSync(other);
      expect([choice, bytes.length]).toEqual([choice, size]);
      expect(bytes.indexOf(PAYLOAD)).toBe(offset);
    }
  });

  it("--overlay takes three words", () => {
    const path = files.copy(PIE);
    expect(elfwright("strip", "--overlay=lose", path)).toMatchObject({
      status: 1,
      stdout: "",
      stderr: 'elfwright: strip: --overlay takes keep, keep-in-place, drop, not "lose"; see elfwright strip --help\n',
    });
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it.each([["-R"], ["-o"], ["--overlay"], ["--remove-section"]])("%s without its argument is wrong usage", (option) => {
    expect(elfwright("strip", "file", option)).toMatchObject({
      status: 1,
      stderr: `elfwright: strip: option ${option} requires an argument; see elfwright strip --help\n`,
    });
  });

  it("a loaded section and an object are refused, byte for byte as they were", () => {
    const path = files.copy(PIE);
    const object = files.copy("x86_64-object.o");
    expect(elfwright("strip", "-R", ".text", path).stderr).toContain("LOADED_SECTION: ");
    expect(elfwright("strip", object).stderr).toContain("RELOCATABLE: ");
    expect(isUnchanged(path, PIE) && isUnchanged(object, "x86_64-object.o")).toBe(true);
  });

  it("--json: what was done with each file", () => {
    const path = files.copy(PIE);
    const object = files.copy("x86_64-object.o");
    const { status, json } = elfwrightJson<Record<string, unknown>[]>(
      "strip",
      "--json",
      "-R",
      ".no-such",
      path,
      object,
    );
    const wanted = patch(fixture(PIE), [stripUnneeded(), removeSections(".no-such")]);

    expect(status).toBe(1);
    expect(json).toEqual([
      {
        file: path,
        dryRun: false,
        path,
        changed: true,
        sizeBefore: fixture(PIE).length,
        sizeAfter: wanted.bytes.length,
        changes: wanted.changes,
        notes: [...wanted.notes, ATTRIBUTES],
        placements: [],
        findings: wanted.plan.findings,
        saved: fixture(PIE).length - wanted.bytes.length,
      },
      {
        file: object,
        error: { code: "RELOCATABLE", message: expect.stringContaining("ET_REL") as string, detail: {} },
      },
    ]);
    expect(wanted.notes).toEqual([{ note: "NOT_FOUND", message: "removeSections: the file has no section .no-such" }]);
  });

  it("--dry-run --json is the same without the writing", () => {
    const path = files.copy(PIE);
    const { json } = elfwrightJson<Record<string, unknown>[]>("strip", "--dry-run", "--json", path);
    expect(json).toMatchObject([{ dryRun: true, changed: true }]);
    expect(isUnchanged(path, PIE)).toBe(true);
  });

  it("-- ends the options", () =>
    expect(elfwright("strip", "--", "-s").stderr).toBe("elfwright: -s: ENOENT: no such file or directory (open)\n"));
});

describe("beside GNU strip", () => {
  const programs = FIXTURES.filter((name) => !name.endsWith(".o"));
  const sortedSections = (path: string) => readelfValues(path).sections.sort();

  for (const [tool, fixtures] of [
    ["strip", programs.filter((name) => !name.startsWith("s390x"))],
    ["s390x-linux-gnu-strip", programs.filter((name) => name.startsWith("s390x"))],
  ] as const) {
    for (const options of [[], ["--strip-unneeded"], ["-s"], ["-R", ".comment"]]) {
      itWithTools(
        [tool, "readelf"],
        `${tool} ${options.join(" ")}: the same sections are left, and no file is larger`,
        () => {
          const theirs = fixtures.map(files.copy);
          const ours = fixtures.map(files.copy);
          must(tool, [...options, ...theirs]);

          expect(elfwright("strip", ...options, ...ours)).toMatchObject(SILENT);
          fixtures.forEach((name, i) => {
            expect(sortedSections(ours[i]!), name).toEqual(sortedSections(theirs[i]!));
            expect(statSync(ours[i]!).size, name).toBeLessThanOrEqual(statSync(theirs[i]!).size);
          });
        },
      );
    }
  }
});
