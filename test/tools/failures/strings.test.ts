import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { patch, readElf, replaceNeeded, setInterpreter, setRunpath, setSoname } from "../../../src/index.js";
import { itWithTools, must } from "../../support/tools.js";
import { type Case, HUGE, type Job, libraryJobs, LOADER, longer, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();
const HELLO = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
const LINKERS = [
  ["bfd", "ld.bfd"],
  ["gold", "ld.gold"],
  ["lld", "ld.lld"],
  ["mold", "mold"],
] as const;
const SAID = `
const char *say(void) { return "said"; }
int use(void) { extern int puts(const char *); return puts("x"); }
`;
const definedVersions = (bytes: Uint8Array): string[] =>
  readElf(bytes).versionDefinitions.flatMap((definition) => definition.names);

/** The jobs, and one with a path that would fit over the old one. */
const short = (jobs: readonly Job[]): Job[] => [
  { title: "a short runpath", edits: [setRunpath("/y")], again: [setRunpath("/zz")], values: { runpath: "/y" } },
  ...jobs,
];

describe("a search path whose string other records use", () => {
  for (const [linker, tool] of LINKERS) {
    for (const pie of linker === "bfd" ? ["-pie", "-no-pie"] : ["-pie"]) {
      itWithTools([...TOOLS, tool], `#12 ${linker} ${pie}: the path is a needed version's name`, () => {
        const c = bench.program(`version-${linker}${pie}`, "hello\n", {
          source: HELLO,
          flags: [`-fuse-ld=${linker}`, pie, pie === "-pie" ? "-fPIE" : "-fno-pie", "-Wl,-rpath,GLIBC_2.34"],
        });
        bench.patchelfBreaks(c, ["--set-rpath", "/y"], "patched", /version `\/y' not found/);
        bench.chains(c, short(programJobs()));
      });
    }
  }

  itWithTools(TOOLS, "#12 bfd: the path ends in a symbol's name", () => {
    const c = bench.library("symbol.so", "said", {
      source: 'const char *say(void) { return "said"; }\n',
      flags: ["-fuse-ld=bfd", "-Wl,-rpath,/zz/say"],
    });
    bench.patchelfBreaks(c, ["--set-rpath", "/y"], "patched", /undefined symbol: say/);
    bench.chains(c, short(libraryJobs()));
  });

  itWithTools(TOOLS, "#12 bfd: the path is a version that the library defines", () => {
    const c = bench.library("defined.so", "said", {
      source: 'const char *say(void) { return "said"; }\n',
      versions: "VERS_1 { global: say; local: *; };\n",
      flags: ["-fuse-ld=bfd", "-Wl,-rpath,VERS_1"],
    });

    const theirs = bench.patchelf(c, ["--set-rpath", "/y"]);
    expect(definedVersions(readFileSync(theirs.path))).not.toContain("VERS_1");

    bench.chains(c, short(libraryJobs()));
    for (const path of ["/y", HUGE]) {
      const { bytes } = patch(readFileSync(c.path), [setRunpath(path)]);
      expect(definedVersions(bytes)).toContain("VERS_1");
    }
  });

  const auxiliary = (text: string) => {
    const tags = text.matchAll(/\((AUXILIARY|FILTER|AUDIT)\)[^[]*\[(.*)\]/g);
    return [...tags].map(([, tag, name]) => `${tag} ${name}`).sort();
  };

  for (const [linker, tool] of LINKERS) {
    itWithTools(
      [...TOOLS, tool],
      `#12 ${linker}: the path ends in the name of DT_AUXILIARY, DT_FILTER${linker === "bfd" ? " and DT_AUDIT" : ""}`,
      () => {
        const flags = [
          "-Wl,-f,libaa.so",
          "-Wl,-F,libaa.so",
          ...(linker === "bfd" ? ["-Wl,--audit=libaa.so"] : []),
          "-Wl,-rpath,/zz/libaa.so",
          "-Wl,-soname,libaa.so",
        ];
        const path = bench.build(`auxiliary-${linker}`, {
          source: SAID,
          flags: ["-shared", "-fPIC", `-fuse-ld=${linker}`, ...flags],
        });
        const values = (file: string) => auxiliary(must("readelf", ["-dW", file]));
        const before = values(path);
        const audit = linker === "bfd" ? ["AUDIT libaa.so"] : [];
        expect(before).toEqual([...audit, "AUXILIARY libaa.so", "FILTER libaa.so"]);

        // Nothing runs it: the case "prints" what readelf says.
        const c: Case = {
          path,
          expected: `${before.join("\n")}\n`,
          run: (file) => ({ status: 0, signal: null, stdout: `${values(file).join("\n")}\n`, stderr: "" }),
        };
        // Only with GNU ld do the strings share their end.
        if (linker === "bfd") bench.patchelfBreaks(c, ["--set-rpath", "/y"], "patched", /X{8}/);
        bench.chains(c, short(libraryJobs()));
      },
    );
  }
});

describe("edits of one call, and many calls", () => {
  itWithTools(TOOLS, "#13 a replaced library, a runpath and an interpreter at once give each its own string", () => {
    const c = bench.program("multi", "hello\n", { source: HELLO, flags: ["-fuse-ld=bfd", "-Wl,-rpath,/old/path"] });
    const interpreter = longer(LOADER);
    const needed = ["/lib/x86_64-linux-gnu/libc.so.6"];
    bench.chain(c, {
      title: "all at once",
      edits: [setInterpreter(interpreter), setRunpath(HUGE), replaceNeeded({ "libc.so.6": needed[0]! })],
      again: [setRunpath(`${HUGE}:/x`), setInterpreter(longer(LOADER, 40))],
      values: { interpreter, runpath: HUGE, needed, versionFiles: needed },
    });
  });

  for (const [linker, tool] of LINKERS) {
    for (const pie of ["-pie", "-no-pie"]) {
      itWithTools(
        [...TOOLS, tool],
        `#25 ${linker} ${pie}: 60 growing runpaths cost no more than their text, and no further program headers`,
        () => {
          const name = `grow-${linker}${pie}`;
          const flags = [`-fuse-ld=${linker}`, pie, pie === "-pie" ? "-fPIE" : "-fno-pie"];
          const c = bench.program(name, "hello\n", { source: HELLO, flags });
          const before = readFileSync(c.path);
          let bytes: Uint8Array = before;
          let textSize = 0;

          for (let i = 1; i <= 60; i++) {
            const path = `/opt/${"x".repeat(10 * i)}`;
            bytes = patch(bytes, [setRunpath(path)]).bytes;
            textSize += path.length + 1;
            if (i % 10 === 0) bench.expectRuns(c, bench.files.write(`${name}.${i}`, bytes), `after ${i} patches`);
          }

          expect(bytes.length - before.length).toBeLessThan(textSize + 4096);
          expect(readElf(bytes).header.phnum - readElf(before).header.phnum).toBeLessThanOrEqual(2);

          const last = bench.files.write(`${name}.last`, bytes);
          bench.expectStrips(c, bench.strips(c), last, "after 60 patches");
        },
      );
    }
  }
});

describe("a library's name", () => {
  for (const [linker, tool] of LINKERS) {
    itWithTools(
      [...TOOLS, tool],
      `#5 #12 ${linker}: DT_SONAME shares its string with the version definitions' own name`,
      () => {
        const c = bench.library(`soname-${linker}.so`, "said", {
          source: SAID,
          versions: "VERS_1 { global: say; local: *; };\n",
          flags: [`-fuse-ld=${linker}`, "-Wl,-soname,libsaid.so.1"],
        });

        for (const name of ["libsay.so", `lib${"said".repeat(30)}.so.2`]) {
          const bytes = bench.chain(c, {
            title: `soname ${name}`,
            edits: [setSoname(name)],
            again: [setSoname(`${name}.again`), setRunpath(HUGE)],
            values: {},
          });
          expect(readElf(bytes).soname).toBe(name);
          expect(definedVersions(bytes)).toContain("VERS_1");
        }
      },
    );
  }
});
