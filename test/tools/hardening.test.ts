import { closeSync, lstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { describe, expect } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { readElf } from "../../src/image/read-elf.js";
import { type Hardening, readHardening } from "../../src/image/hardening.js";
import { readElfFile } from "../../src/node/index.js";
import { patch } from "../../src/patch.js";
import { checkedForms } from "../../src/spec/fortify.js";
import { dropSectionHeaders } from "../../src/strip/drop-section-headers.js";
import { fixturePath, scratch } from "../support/fixtures.js";
import { readelfHardening } from "../support/readelf-hardening.js";
import { itWithTools, must } from "../support/tools.js";

const files = scratch();

/** Of a folder, every STEPth file is looked at; 1 for all. */
const STEP = Number(process.env["ELFWRIGHT_STEP"] ?? 25);

const source = (name: string, text: string) => files.write(name, Buffer.from(text));
const PROGRAM = source(
  "program.c",
  `
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) { char b[64]; strcpy(b, argv[argc - 1]); printf("%s %d\\n", b, argc); return 0; }
`,
);
const LIBRARY = source(
  "library.c",
  `
int f(int x) { return x + 1; }
int (*volatile g)(int) = f;
int h(int x) { return g(x); }
`,
);

function built(compiler: string, flags: readonly string[], source = PROGRAM, name = "built"): Buffer {
  const out = files.path(name);
  must(compiler, ["-O2", "-w", "-U_FORTIFY_SOURCE", ...flags, "-o", out, source]);
  return readFileSync(out);
}

const of = (compiler: string, flags: readonly string[], source = PROGRAM): Hardening =>
  readHardening(readElf(built(compiler, flags, source)))!;
const rules = (compiler: string, flags: readonly string[], source = PROGRAM): string[] =>
  diagnose(readElf(built(compiler, flags, source))).findings.map((finding) => finding.rule);

const HARD = ["-fPIE", "-pie", "-fstack-protector-strong", "-D_FORTIFY_SOURCE=2", "-Wl,-z,relro,-z,now"];

describe("what compilers and linkers are told, one switch after the other", () => {
  itWithTools(["gcc"], "gcc: everything on, then each off", () => {
    expect(of("gcc", HARD)).toMatchObject({
      relro: "full",
      bindNow: true,
      pie: true,
      canary: true,
      fortify: { fortified: ["printf", "strcpy"], fortifiable: [] },
      stack: { stated: true, executable: false },
      stripped: false,
      debugInfo: false,
    });
    expect(rules("gcc", HARD).filter((r) => r !== "no-cet")).toEqual([]);

    const off: readonly (readonly [flag: string, facts: Partial<Hardening>, rule: string])[] = [
      ["-Wl,-z,norelro", { relro: "none", bindNow: true }, "relro-none"],
      ["-Wl,-z,lazy", { relro: "partial", bindNow: false }, "relro-partial"],
      ["-no-pie", { pie: false }, "no-pie"],
      ["-fno-stack-protector", { canary: false }, "no-canary"],
      ["-U_FORTIFY_SOURCE", { fortify: { fortified: [], fortifiable: ["printf", "strcpy"] } }, "no-fortify"],
      ["-Wl,-z,execstack", { stack: { stated: true, executable: true } }, "exec-stack"],
      ["-Wl,-rpath,/home/builder/out", { runpath: "/home/builder/out" }, "search-path-build-folder"],
      [
        "-Wl,-rpath,/home/builder/out,--disable-new-dtags",
        { rpath: "/home/builder/out", runpath: null },
        "search-path-rpath",
      ],
    ];

    for (const [flag, facts, rule] of off) {
      expect([flag, of("gcc", [...HARD, flag])]).toMatchObject([flag, facts]);
      expect([flag, rules("gcc", [...HARD, flag])]).toEqual([flag, expect.arrayContaining([rule])]);
    }

    expect(of("gcc", [...HARD, "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3", "-g"])).toMatchObject({
      fortify: { fortified: ["printf", "strcpy"] },
      debugInfo: true,
    });
    expect(of("gcc", [...HARD, "-s"])).toMatchObject({ stripped: true, canary: true, relro: "full" });
  });

  itWithTools(["gcc"], "static, static-pie, old-style segments, an entry in data", () => {
    expect(of("gcc", ["-static"])).toMatchObject({ pie: false, bindNow: null, relro: "partial" });
    expect(of("gcc", ["-static", "-Wl,-z,now"])).toMatchObject({ pie: false, bindNow: null, relro: "full" });
    expect(of("gcc", ["-static-pie"])).toMatchObject({ pie: true });
    expect(of("gcc", ["-static", "-s"])).toMatchObject({ canary: null, fortify: null });
    expect(of("gcc", ["-nostdlib", "-static", "-Wl,-e,h,-N"], LIBRARY).writableExecutable.length).toBe(1);
    expect(rules("gcc", ["-nostdlib", "-static", "-Wl,-e,h,-N"], LIBRARY)).toContain("segment-write-execute");
    expect(rules("gcc", ["-nostdlib", "-Wl,-e,g"], LIBRARY)).toContain("entry-not-executable");
    expect(rules("gcc", ["-nostdlib", "-Wl,-e,h"], LIBRARY)).not.toContain("entry-not-executable");
  });

  itWithTools(["gcc"], "CET and processor levels, where all that is linked promises them", () => {
    const alone = ["-shared", "-fPIC", "-nostdlib"];
    expect(of("gcc", [...alone, "-fcf-protection"], LIBRARY).cet).toEqual({ ibt: true, shstk: true });
    expect(of("gcc", [...alone, "-fcf-protection=return"], LIBRARY).cet).toEqual({ ibt: false, shstk: true });
    expect(rules("gcc", [...alone, "-fcf-protection"], LIBRARY)).not.toContain("no-cet");
    expect(rules("gcc", [...alone, "-fcf-protection=none"], LIBRARY)).toContain("no-cet");
    expect(rules("gcc", [...alone, "-Wl,-z,x86-64-v3"], LIBRARY)).toContain("cpu-isa-level");
    expect(rules("gcc", [...alone, "-Wl,-z,x86-64-baseline"], LIBRARY)).not.toContain("cpu-isa-level");
  });

  itWithTools(["clang-19", "ld.lld-19"], "clang: SafeStack, and control flow integrity across libraries", () => {
    const object = files.write("safestack.o", built("clang-19", ["-c", "-fsanitize=safe-stack"]));
    const library = files.path("safestack.so");
    must("clang-19", ["-shared", "-nostdlib", "-o", library, object]);
    expect(readHardening(readElf(readFileSync(library)))).toMatchObject({ safeStack: true });

    const shared = ["-fuse-ld=lld", "-shared", "-fPIC", "-nostdlib"];
    const cfi = [...shared, "-flto", "-fvisibility=hidden", "-fno-sanitize-ignorelist", "-fsanitize=cfi"];
    expect(of("clang-19", [...cfi, "-fsanitize-cfi-cross-dso"], LIBRARY)).toMatchObject({ cfi: true });
    expect(of("clang-19", cfi, LIBRARY)).toMatchObject({ cfi: null, safeStack: false });
  });

  itWithTools(["i686-linux-gnu-gcc"], "text relocations", () => {
    const notPic = ["-shared", "-fno-pic", "-Wl,-z,notext"];
    expect(of("i686-linux-gnu-gcc", notPic, LIBRARY).textRelocations).toBe(true);

    const { findings } = diagnose(readElf(built("i686-linux-gnu-gcc", notPic, LIBRARY)));
    const found = findings.find(({ rule }) => rule === "text-relocations");
    expect(found?.message).toMatch(
      /: \d+ relocations? into what is not writable, the first at 0x[0-9a-f]+; SELinux may refuse it$/,
    );
    expect(rules("i686-linux-gnu-gcc", ["-shared", "-fPIC"], LIBRARY)).not.toContain("text-relocations");
  });

  itWithTools(["aarch64-linux-gnu-gcc"], "AArch64: branch protection, and pages", () => {
    const gcc = "aarch64-linux-gnu-gcc";
    const alone = ["-shared", "-fPIC", "-nostdlib"];
    const protection = (value: string) => of(gcc, [...alone, `-mbranch-protection=${value}`], LIBRARY).branchProtection;

    expect(protection("standard")).toEqual({ bti: true, pac: true, gcs: false });
    expect(protection("pac-ret")).toEqual({ bti: false, pac: true, gcs: false });
    expect(rules(gcc, [...alone, "-mbranch-protection=none"], LIBRARY)).toContain("no-branch-protection");
    expect(rules(gcc, [...alone, "-Wl,-z,max-page-size=4096"], LIBRARY)).toContain("page-size");
    expect(rules(gcc, alone, LIBRARY)).not.toContain("page-size");
  });
});

function hasMagic(path: string): boolean {
  const magic = Buffer.alloc(4);
  const fd = openSync(path, "r");
  try {
    return readSync(fd, magic) === 4 && magic.toString("latin1") === "\x7fELF";
  } finally {
    closeSync(fd);
  }
}

const isElfFile = (path: string): boolean => lstatSync(path).isFile() && hasMagic(path);

/** Every STEPth file of a folder; none of a folder that cannot be read. */
function sample(folder: string): string[] {
  try {
    const names = readdirSync(folder).sort();
    const paths = names.filter((_, i) => i % STEP === 0).map((name) => `${folder}/${name}`);
    return paths.filter(isElfFile);
  } catch {
    return [];
  }
}

describe("against readelf's words", () => {
  const compare = (path: string) => {
    const elf = readElfFile(path);
    try {
      const ours = readHardening(elf);
      if (ours === null) return false;

      const theirs = readelfHardening(path, checkedForms());
      const { cfi: _, safeStack: __, ...comparable } = ours;
      // readelf is not asked for .symtab, which tells of a static file what .dynsym does not.
      if (theirs.canary === null && !ours.stripped) Object.assign(comparable, { canary: null, fortify: null });

      expect([path, comparable]).toEqual([path, theirs]);
      return true;
    } finally {
      elf.close();
    }
  };

  itWithTools(["readelf"], "the fixtures of eight machines", () => {
    const folder = fixturePath("");
    const paths = readdirSync(folder).map((name) => `${folder}${name}`);
    const compared = paths.filter(isElfFile).filter(compare);
    expect(compared.length).toBeGreaterThan(40);
  });

  itWithTools(["readelf"], "programs and libraries of this system", () => {
    const folders = ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/klibc/bin", "/usr/lib/musl/lib"];
    const compared = folders.flatMap(sample).filter(compare);
    expect(compared.length).toBeGreaterThan(20);
  });

  itWithTools(["gcc"], "without section headers, everything is known that a loader can know", () => {
    for (const flags of [
      HARD,
      ["-no-pie", "-Wl,-z,norelro"],
      ["-static-pie"],
      ["-shared", "-fPIC", "-Wl,-z,execstack"],
    ]) {
      const whole = built("gcc", flags);
      const bare = patch(whole, [dropSectionHeaders()]).bytes;
      const { stripped: _, debugInfo: __, safeStack: ___, canary, fortify, ...rest } = readHardening(readElf(whole))!;

      // Of a static program only .symtab tells of these two.
      const bySymbols = flags.includes("-static-pie") ? {} : { canary, fortify };
      const wanted = { ...rest, ...bySymbols, stripped: true, debugInfo: false };
      expect([flags, readHardening(readElf(bare))!]).toMatchObject([flags, wanted]);
    }
  });
});
