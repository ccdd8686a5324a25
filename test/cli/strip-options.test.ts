import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stripEdits } from "../../src/cli/strip/strip-edits.js";
import { type StripCommand, parseStrip } from "../../src/cli/strip/strip-options.js";
import {
  discardLocals,
  dropSectionHeaders,
  type Edit,
  keepFileSymbols,
  keepSections,
  keepSymbols,
  onlyKeepDebug,
  removeRelocations,
  removeSections,
  stripAll,
  stripDebug,
  stripSymbols,
  stripUnneeded,
} from "../../src/index.js";
import { addFileDebugLink } from "../../src/node/index.js";
import { captured } from "../support/captured.js";
import { scratch } from "../support/fixtures.js";

const files = scratch();
const write = (name: string, text: string | Uint8Array) => files.write(name, Buffer.from(text));
const edits = (...args: string[]): Edit[] => stripEdits(parseStrip([...args, "file"]));
const dwo = removeSections(".debug*.dwo", ".zdebug*.dwo");

describe("strip, the edits that options ask for", () => {
  it.each<[string, Edit[]]>([
    ["", [stripAll()]],
    ["-s", [stripAll()]],
    ["--strip-all", [stripAll()]],
    ["-s --force", [stripAll({ force: true })]],
    ["--force", [stripAll({ force: true })]],
    ["-g", [stripDebug()]],
    ["-S", [stripDebug()]],
    ["-d", [stripDebug()]],
    ["--strip-debug", [stripDebug()]],
    ["--strip-unneeded", [stripUnneeded()]],
    ["--strip-dwo", [dwo]],
    ["--only-keep-debug", [onlyKeepDebug()]],
    // The last one counts.
    ["-g -s", [stripAll()]],
    ["-s -g", [stripDebug()]],
    ["-sg", [stripDebug()]],
    ["--only-keep-debug --strip-unneeded", [stripUnneeded()]],
    ["--strip-unneeded --strip-dwo", [dwo]],
    ["-g --only-keep-debug", [onlyKeepDebug()]],
    // The default stays.
    ["-R .comment", [stripAll(), removeSections(".comment")]],
    ["-R .a -R!.b --remove-section=.c --remove-section .d", [stripAll(), removeSections(".a", "!.b", ".c", ".d")]],
    ["-R .text --force", [stripAll({ force: true }), removeSections(".text", { force: true })]],
    ["--keep-section=.debug_*", [stripAll(), keepSections(".debug_*")]],
    ["--remove-relocations .text", [stripAll(), removeRelocations(".text")]],
    ["-K main -Kb", [stripAll(), keepSymbols(["main", "b"])]],
    ["-K m* -w", [stripAll(), keepSymbols(["m*"], { wildcard: true })]],
    ["--keep-file-symbols", [stripAll(), keepFileSymbols()]],
    ["--strip-section-headers", [stripAll(), dropSectionHeaders()]],
    ["-w -M --no-merge-notes --keep-section-symbols -D -U -p -v", [stripAll()]],
    // The default is off.
    ["-N a --strip-symbol=b", [stripSymbols(["a", "b"])]],
    ["-wNa", [stripSymbols(["a"], { wildcard: true })]],
    ["-x", [discardLocals("all")]],
    ["-X", [discardLocals("temporary")]],
    ["-x -X", [discardLocals("temporary")]],
    ["-X --discard-all", [discardLocals("all")]],
    ["-R .comment -X", [removeSections(".comment"), discardLocals("temporary")]],
    ["-s -N a", [stripAll(), stripSymbols(["a"])]],
    ["-xg", [stripDebug(), discardLocals("all")]],
    ["-g -K a -N b", [stripDebug(), keepSymbols(["a"]), stripSymbols(["b"])]],
  ])("%s", (options, wanted) => {
    const args = options === "" ? [] : options.split(" ");
    expect(edits(...args)).toEqual(wanted);
  });

  it("an empty name finds nothing, and asks for nothing", () => {
    expect(edits("-R", "", "-R", "!", "--keep-section=", "--remove-relocations=", "-K", "")).toEqual([stripAll()]);
    // The default is off, as with GNU strip: an empty variable in a script takes no symbols.
    expect(edits("-N", "")).toEqual([]);
  });

  it("takes lists of more names than a call can have arguments", () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `name${i}`);
    const many = files.write("many", Buffer.from(names.join("\n")));
    expect(edits(`--keep-symbols=${many}`, `--strip-symbols=${many}`)).toMatchObject([{ names }, { names }]);
  });

  it("a file of symbols has a name a line, comments and blanks; other words are reported", async () => {
    const list = write("list", "# all of them\nmain\n\n  usage\t# why\r\nlast");
    const rubbish = write("rubbish", "a\nb c d\n");
    const none = write("none", "# none\n");

    expect(edits(`--keep-symbols=${list}`, "-K", "more")).toEqual([
      stripAll(),
      keepSymbols(["main", "usage", "last", "more"]),
    ]);
    expect(edits("--strip-symbols", list, "-w")).toEqual([stripSymbols(["main", "usage", "last"], { wildcard: true })]);
    expect(edits(`--strip-symbols=${none}`)).toEqual([]);
    expect((await captured("strip", `--strip-symbols=${rubbish}`, "/no/such/file")).stderr.split("\n")[0]).toBe(
      `elfwright: strip: ${rubbish}:2: c d is not taken: a line holds one name`,
    );
  });

  it("the edit of a debug file has its name and its CRC", () => {
    const path = write("file.debug", "123456789");
    const link = { edit: "addDebugLink", file: "file.debug", crc: 0xcbf43926 };

    expect(edits("-g", `--add-gnu-debuglink=${path}`)).toEqual([stripDebug(), link]);
    expect(addFileDebugLink(path)).toEqual(link);
  });

  it("a large debug file is read in parts", () => {
    const path = write("large.debug", Buffer.alloc(3 * (1 << 20) + 5, 7));
    // Python's zlib.crc32 of the same bytes.
    expect(addFileDebugLink(path).crc).toBe(0x5d49c7e2);
  });
});

describe("strip, options", () => {
  const of = (...args: string[]): Partial<StripCommand> => parseStrip([...args, "file"]);

  it.each<[string, Partial<StripCommand>]>([
    ["-o out", { output: "out" }],
    ["-oout", { output: "out" }],
    ["--output-file=out", { output: "out" }],
    ["-p", { preserveDates: true }],
    ["--pres", { preserveDates: true }],
    ["-v", { verbose: true }],
    ["-v", { deterministic: true }],
    ["-U", { deterministic: false }],
    ["-U -D", { deterministic: true }],
    ["--verb", { verbose: true }],
    ["--strip-u", { mode: "unneeded" }],
    ["--remove-s .a", { sections: [".a"] }],
    ["--remove-r .a", { relocations: [".a"] }],
    ["-O elf64-x86-64", { outputClass: 64 }],
    ["-F elf32-littlearm", { outputClass: 32 }],
    ["--target=default", { outputClass: undefined }],
    ["--format elf64-s390", { outputClass: 64 }],
    ["-I elf32-i386", { outputClass: undefined }],
    ["--input elf64-little", {}],
    ["--in-place", { inPlace: true }],
    ["--backup", { backup: ".orig" }],
    ["--backup=.old", { backup: ".old" }],
    ["--dry-run", { dryRun: true }],
    ["--json", { json: true }],
    ["--overlay=keep", { overlay: "keep" }],
    ["-h", { info: "help" }],
    ["--help", { info: "help" }],
    ["-vV", { info: "version" }],
    ["--version", { info: "version" }],
    ["-K -h", { keepSymbols: ["-h"], info: undefined }],
  ])("%s", (options, wanted) => expect(of(...options.split(" "))).toMatchObject(wanted));

  it.each([
    ["--strip-", "ambiguous option --strip-"],
    ["--strip-d", "ambiguous option --strip-d"],
    ["--keep", "ambiguous option --keep"],
    ["--keep-s", "ambiguous option --keep-s"],
    ["--output=x", "ambiguous option --output"],
    // Options that GNU strip does not have cannot be abbreviated.
    ["--strip-sy", "option --strip-symbol requires an argument", "without"],
    ["--over", "unknown option --over"],
    ["--js", "unknown option --js"],
    ["--strip-se", "unknown option --strip-se"],
    ["-q", "unknown option -q"],
    ["--strip-all-gnu", "unknown option --strip-all-gnu"],
    ["--strip-all=3", "option --strip-all takes no argument"],
    ["-o ", "-o takes a file's name"],
    ["--backup=", '--backup=SUFFIX takes what a file\'s name can end in, not ""'],
    ["--overlay=lose", 'takes keep, keep-in-place, drop, not "lose"'],
    ["-O binary", '"binary" is no ELF format'],
    ["-F srec", '"srec" is no ELF format'],
    ["-I binary", '"binary" is no ELF format'],
    ["-O pei-x86-64", '"pei-x86-64" is no ELF format'],
    ["-O elf64-", "no ELF format"],
  ])("%s is wrong usage: %s", async (option, message, file?: string) => {
    const ran = await captured("strip", ...option.split(" "), ...(file === "without" ? [] : ["/no/such/file"]));
    expect(ran).toMatchObject({ status: 1, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toMatch(/; see elfwright strip --help\n$/);
  });

  it("no file, -o with several files, and -o with --in-place are wrong usage", async () => {
    const hint = "see elfwright strip --help\n";
    const missing = `elfwright: strip: missing file name; ${hint}`;
    const several = `elfwright: strip: -o takes one input file; ${hint}`;
    const contradiction = `elfwright: strip: -o and --in-place contradict each other; ${hint}`;

    expect(await captured("strip", "-g")).toEqual({ status: 1, stdout: "", stderr: missing });
    expect((await captured("strip", "-o", "out", "a", "b")).stderr).toBe(several);
    expect((await captured("strip", "-o", "out", "--in-place", "a")).stderr).toBe(contradiction);
  });

  it("--help and --version name GNU strip, as scripts ask for it", async () => {
    expect(await captured("strip", "-V", "file")).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringMatching(/^elfwright [\d.]+, in place of GNU strip 2\.40\n$/) as string,
    });
    const { stdout } = await captured("strip", "--help");
    for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(160);
  });

  it("a file of symbols or a debug file that cannot be read is refused before any other is opened", async () => {
    const missing = "ENOENT: no such file or directory (open)\n";
    const noList = `the file that --keep-symbols names cannot be read: /no/such/list: ${missing}`;

    expect(await captured("strip", "--keep-symbols=/no/such/list", "/no/such/file")).toEqual({
      status: 1,
      stdout: "",
      stderr: `elfwright: strip: IO: ${noList}`,
    });
    expect(await captured("strip", "--add-gnu-debuglink=/no/such/debug", "/no/such/file")).toEqual({
      status: 1,
      stdout: "",
      stderr: `elfwright: strip: IO: /no/such/debug: ${missing}`,
    });
  });
});

describe("strip, @FILE", () => {
  it.each([
    ["-g\n", ["-g"]],
    [" -R\t'.a b'  -K\nmain\r\n", ["-R", ".a b", "-K", "main"]],
    ['"a\\"b" \'c\\\'d\' e\\ f g"h i"j', ['a"b', "c'd", "e f", "gh ij"]],
    ["'' \"\"", ["", ""]],
    ["", []],
    [" \n", []],
    ["a\\", ["a"]],
    ["'not closed", ["not closed"]],
  ])("%j is %j", (text, wanted) => {
    const path = write("args", text);
    expect(parseStrip(["--", `@${path}`, "file"]).files).toEqual([...wanted, "file"]);
  });

  it("is read where a value stands, and in another such file; the name of a missing file stays a word", () => {
    const inner = write("inner", ".comment");
    const outer = write("outer", `-R @${inner} -K @/no/such/file`);
    expect(edits(`@${outer}`)).toEqual([stripAll(), removeSections(".comment"), keepSymbols(["@/no/such/file"])]);
    expect(parseStrip(["@/no/such/file"]).files).toEqual(["@/no/such/file"]);
  });

  it("one that names itself is refused", async () => {
    const path = files.path("self");
    writeFileSync(path, `-g @${path}`);

    const refusal = `@${path}: too many files of arguments; do they name each other?`;
    expect(await captured("strip", `@${path}`)).toEqual({
      status: 1,
      stdout: "",
      stderr: `elfwright: strip: ${refusal}; see elfwright strip --help\n`,
    });
  });
});
