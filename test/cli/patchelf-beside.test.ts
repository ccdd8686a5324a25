import { readFileSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { readElf } from "../../src/index.js";
import { type DynamicFixture, dynamicFixtures, fixture, fixturePath } from "../support/fixtures.js";
import { readelfValues } from "../support/oracles.js";
import { itWithTools, must, type Ran, run } from "../support/tools.js";
import { elfwright, FIXTURES, isUnchanged, TEXT, workbench } from "./cli.js";

const files = workbench();

type Command = (...args: string[]) => Ran;
const theirPatchelf: Command = (...args) => run("patchelf", args);
const ourPatchelf: Command = (...args) => elfwright("patchelf", ...args);

/** What loaders use. The order among entries of other tags does not matter: patchelf puts new ones first. */
function loaderValues(path: string) {
  const { interpreter, needed, runpath, rpath, soname, versionFiles } = readelfValues(path);
  return { interpreter, needed, runpath, rpath, soname, versionFiles };
}

/** Both commands with the same options, each on its own copies. */
function both(names: readonly string[], args: readonly string[]) {
  const side = (command: Command) => {
    const paths = names.map((name) => files.copy(name));
    const { status, stdout } = command(...args, ...paths);
    return { status, stdout, values: paths.map(loaderValues) };
  };

  return { theirs: side(theirPatchelf), ours: side(ourPatchelf) };
}

const expectSame = (names: readonly string[], args: readonly string[]) => {
  const { theirs, ours } = both(names, args);
  expect(ours, `${names.join(" ")} ${args.join(" ")}`).toEqual(theirs);
};

describe("beside patchelf: what it prints, and its exit code", () => {
  const text = files.write("text", TEXT);
  const empty = files.write("empty", new Uint8Array(0));
  for (const option of ["--print-interpreter", "--print-rpath", "--print-needed", "--print-soname"]) {
    itWithTools(["patchelf"], option, () => {
      for (const path of [...FIXTURES.map(fixturePath), text, empty, "/no/such/file", fixturePath("")]) {
        const theirs = theirPatchelf(option, path);
        const ours = ourPatchelf(option, path);
        expect([path, ours.status, ours.stdout]).toEqual([path, theirs.status, theirs.stdout]);
      }
    });
  }

  itWithTools(["patchelf"], "several questions, several files", () => {
    for (const args of [
      ["--print-needed", "--print-rpath", "--print-interpreter"],
      ["--print-rpath", "--print-rpath"],
    ]) {
      const paths = [fixturePath("x86_64-glibc-pie-runpath"), fixturePath("s390x-glibc-pie")];
      const theirs = theirPatchelf(...args, ...paths);
      const ours = ourPatchelf(...args, ...paths);
      expect([ours.status, ours.stdout]).toEqual([theirs.status, theirs.stdout]);
    }
  });

  itWithTools(["patchelf"], "no option: a file is fine or not", () => {
    for (const path of [fixturePath("x86_64-glibc-pie"), fixturePath("x86_64-glibc-static"), text]) {
      expect(ourPatchelf(path)).toMatchObject({ status: theirPatchelf(path).status, stdout: "" });
    }
  });
});

describe("beside patchelf: what is in the file afterwards, as readelf says", () => {
  const LONG = Array.from({ length: 40 }, (_, i) => `/opt/elfwright/path/${i}`).join(":");

  // patchelf refuses a file without section headers, whatever is asked.
  const withSections = dynamicFixtures.filter((dynamicFixture) => dynamicFixture.sections);
  const groups = new Map<string, DynamicFixture[]>();
  for (const dynamicFixture of withSections) {
    const kinds = dynamicFixture.kind === "program" ? "programs" : "libraries";
    const title = `${kinds} that need ${dynamicFixture.libcName}`;
    const group = groups.get(title) ?? [];
    groups.set(title, [...group, dynamicFixture]);
  }

  for (const [title, group] of groups) {
    itWithTools(["patchelf", "readelf"], `several files in one call: ${title}`, () => {
      const { libcName, kind } = group[0]!;
      const names = group.map((dynamicFixture) => dynamicFixture.name);

      const forAll = [
        ["--set-rpath", "/a:$ORIGIN/b"],
        ["--set-rpath", LONG],
        ["--force-rpath", "--set-rpath", "/a"],
        ["--add-rpath", "/a"],
        ["--force-rpath", "--add-rpath", "/a"],
        ["--remove-rpath"],
        ["--replace-needed", libcName, "libelse.so.1"],
        ["--replace-needed", "libnone.so", "libelse.so"],
        ["--print-rpath", "--set-rpath", "/a"],
        ["--print-needed", "--replace-needed", libcName, "libelse.so.1"],
        ["--set-rpath", "/first", "--set-rpath", "/last"],
        ["--force-rpath"],
        ["--add-needed", "libz.so"],
        ["--add-needed", "libz.so", "--add-needed", "libmore.so.1", "--add-needed", "liba.so"],
        ["--remove-needed", "libnone.so"],
        ["--no-default-lib"],
        ["--add-needed", "libz.so", "--print-needed"],
      ];
      const forPrograms = [
        ["--set-interpreter", "/opt/elfwright/lib/ld.so"],
        ["--interpreter", "/l"],
        ["--print-interpreter", "--set-interpreter", "/lib/x"],
        ["--set-interpreter", "/lib/l.so", "--set-rpath", LONG],
        [
          "--set-interpreter",
          "/opt/elfwright/lib/ld.so",
          "--replace-needed",
          libcName,
          "libd.so",
          "--print-needed",
          "--print-rpath",
        ],
      ];

      const forLibraries = [["--set-soname", "other.so"]];

      for (const args of [...forAll, ...(kind === "program" ? forPrograms : forLibraries)]) expectSame(names, args);
    });
  }

  itWithTools(["patchelf", "readelf"], "an empty path takes the place of one", () =>
    expectSame(["x86_64-glibc-pie-runpath"], ["--set-rpath", ""]),
  );

  itWithTools(["patchelf", "readelf"], "a DT_RPATH becomes a DT_RUNPATH, stays one, or is removed", () => {
    const path = files.copy("x86_64-glibc-pie");
    must("patchelf", ["--force-rpath", "--set-rpath", "/old", path]);

    for (const args of [
      ["--set-rpath", "/a"],
      ["--add-rpath", "/a"],
      ["--remove-rpath"],
      ["--force-rpath", "--add-rpath", "/a"],
    ]) {
      const theirs = files.write("theirs", readFileSync(path));
      const ours = files.write("ours", readFileSync(path));
      must("patchelf", [...args, theirs]);
      expect(ourPatchelf(...args, ours).status).toBe(0);
      expect(loaderValues(ours), args.join(" ")).toEqual(loaderValues(theirs));
    }
  });

  itWithTools(["patchelf", "readelf"], "one of several options acts, whatever their order", () => {
    for (const args of [
      ["--set-rpath", "/a", "--remove-rpath"],
      ["--add-rpath", "/a", "--remove-rpath"],
      ["--set-rpath", "/a", "--shrink-rpath"],
      ["--remove-rpath", "--shrink-rpath"],
      ["--remove-rpath", "--force-rpath"],
      ["--shrink-rpath", "--force-rpath"],
      ["--remove-needed", "libc.so.6", "--add-needed", "libc.so.6"],
    ]) {
      expectSame(["x86_64-glibc-pie-runpath"], args);
    }
  });

  itWithTools(["patchelf", "readelf"], "a program at a fixed address has no DT_SONAME and gets none", () => {
    expectSame(["x86_64-glibc-exec", "x86_64-glibc-static"], ["--set-soname", "a.so", "--print-soname"]);
  });

  itWithTools(["patchelf"], "wrong usage: the same exit code, nothing on stdout, and the file as it was", () => {
    for (const args of [
      ["--set-rpath", "/a", "--add-rpath", "/b"],
      ["--set-rpath", "@/no/such/file"],
      ["--add-needed", "@/no/such/file"],
      ["--page-size", "0"],
      ["--page-size", "x"],
      ["--no-such-option"],
      ["--output", files.path("o"), fixturePath("x86_64-glibc-pie")],
      ["--output"],
      ["--set-rpath"],
      ["--replace-needed", "a"],
      [],
    ]) {
      const path = files.copy("x86_64-glibc-pie");
      const file = args.length === 0 ? [] : [path];
      const theirs = theirPatchelf(...args, ...file);
      const ours = ourPatchelf(...args, ...file);

      expect([args, ours.status, ours.stdout]).toEqual([args, theirs.status, theirs.stdout]);
      expect(theirs.status).toBe(1);
      expect(isUnchanged(path, "x86_64-glibc-pie")).toBe(true);
    }
  });

  itWithTools(["patchelf", "readelf"], "--output: the same mode, input and result; /dev/null stays what it is", () => {
    for (const args of [["--set-rpath", "/a"], ["--print-needed"], []]) {
      const side = (command: Command) => {
        const path = files.copy("x86_64-glibc-pie");
        const out = files.path("out");
        const { status, stdout } = command(...args, "--output", out, path);

        return {
          status,
          stdout,
          input: isUnchanged(path, "x86_64-glibc-pie"),
          mode: statSync(out).mode,
          values: loaderValues(out),
          nowhere: command(...args, "--output", "/dev/null", path).status,
        };
      };

      expect(side(ourPatchelf)).toEqual(side(theirPatchelf));
      expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    }
  });

  itWithTools(
    ["patchelf"],
    "--version prints patchelf's version first; options after --version and --help are not read",
    () => {
      const { status, stdout } = ourPatchelf("--version");
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^patchelf 0\.18\.0 \(elfwright \d+\.\d+\.\d+\)\n$/)]);

      for (const option of ["--version", "--help", "-h"]) {
        for (const args of [
          ["--set-rpath", "/a", option, "--no-such-option", "/no/such/file"],
          ["--print-rpath", "/no/such/file", option],
        ]) {
          const ours = ourPatchelf(...args);
          expect([ours.status, theirPatchelf(...args).status, ours.stderr]).toEqual([0, 0, ""]);
        }
      }

      expectSame(["x86_64-glibc-pie"], ["--set-rpath", "-h"]);
    },
  );

  itWithTools(["patchelf", "readelf"], "the same refusals: files without what would be edited", () => {
    for (const [name, args] of [
      ["x86_64-glibc-static", ["--set-rpath", "/a"]],
      ["x86_64-glibc-static", ["--set-interpreter", "/a"]],
      ["x86_64-glibc-lib.so", ["--set-interpreter", "/a"]],
    ] as const) {
      expectSame([name], args);
    }
  });
});

describe("beside patchelf: files that it has nothing to do on", () => {
  const MADE_BY = {
    objcopy: (from: string, to: string) => must("objcopy", ["--only-keep-debug", from, to]),
    "llvm-objcopy": (from: string, to: string) => must("llvm-objcopy", ["--only-keep-debug", from, to]),
    "eu-strip": (from: string, to: string) => must("eu-strip", ["-o", `${to}.stripped`, "-f", to, from]),
  };
  const MADE_OF: Readonly<Record<string, readonly string[]>> = {
    objcopy: ["x86_64-glibc-exec", "x86_64-musl-pie"],
    "llvm-objcopy": ["s390x-glibc-pie", "i386-glibc-lib.so"],
    "eu-strip": ["x86_64-glibc-pie", "s390x-glibc-lib.so"],
  };
  const IDLE = [
    ["--set-rpath", "/a"],
    ["--set-rpath", "@/dev/null"],
    ["--add-rpath", "/a"],
    ["--remove-rpath"],
    ["--shrink-rpath"],
    ["--force-rpath", "--remove-rpath"],
    ["--replace-needed", "libnone.so", "libelse.so"],
    ["--replace-needed", "libc.so.6", "libelse.so"],
    ["--remove-needed", "libc.so.6"],
  ];

  for (const [tool, make] of Object.entries(MADE_BY)) {
    itWithTools(["patchelf", tool], `the debug file of a dynamic file, by ${tool}`, () => {
      const paths = MADE_OF[tool]!.map((name) => {
        const path = files.path(`${tool}-${name}.debug`);
        make(fixturePath(name), path);
        return path;
      });
      const bytes = paths.map((path) => readFileSync(path));
      const areSame = () => paths.every((path, i) => readFileSync(path).equals(bytes[i]!));

      // What patchelf prints is of whatever bytes stand where those of the file itself stood.
      for (const [option, stdout] of Object.entries({ needed: "", soname: "", rpath: "\n", interpreter: "\n" })) {
        for (const path of paths) {
          const theirs = theirPatchelf(`--print-${option}`, path);
          const ours = ourPatchelf(`--print-${option}`, path);
          expect([path, option, ours.status]).toEqual([path, option, theirs.status]);
          expect(ours.stdout).toBe(theirs.status === 0 ? stdout : "");
        }
      }

      for (const args of IDLE) {
        const [theirs, ours] = [theirPatchelf, ourPatchelf].map((command) => command(...args, ...paths));
        expect([args, ours!.status, ours!.stdout, areSame()]).toEqual([args, theirs!.status, "", true]);
        const told = ours!.stderr.split("a separate debug file, which no loader reads: there is nothing to do\n");
        expect(told).toHaveLength(paths.length + 1);
      }

      // patchelf aborts here, or writes over what is there.
      for (const args of [["--add-needed", "libz.so"], ["--set-interpreter", "/l"], ["--no-default-lib"]]) {
        expect(ourPatchelf(...args, ...paths)).toMatchObject({ status: 1, stdout: "" });
        expect(areSame()).toBe(true);
      }
    });
  }

  itWithTools(["patchelf", "objcopy"], "static files and their debug files, in all of it", () => {
    for (const name of ["x86_64-glibc-static", "x86_64-musl-static-pie", "x86_64-object.o"]) {
      const debug = files.path(`${name}.debug`);
      must("objcopy", ["--only-keep-debug", fixturePath(name), debug]);
      const [sets, others] = [IDLE.slice(0, 3), IDLE.slice(3)];
      const wishes = [...(name.endsWith("pie") ? [] : sets), ...others, ["--print-needed", "--print-rpath"]];
      for (const args of wishes) {
        const [theirs, ours] = [theirPatchelf, ourPatchelf].map((command) => {
          const paths = [fixturePath(name), debug].map((path) => files.write("idle", readFileSync(path)));
          const { status } = command(...args, ...paths);
          const areSame =
            readFileSync(paths[0]!).equals(fixture(name)) && readFileSync(paths[1]!).equals(readFileSync(debug));
          return { name, args, status, areSame };
        });
        expect(ours).toEqual(theirs);
      }
    }
  });

  itWithTools(["patchelf", "objcopy"], "a loop over a folder goes on", () => {
    const debug = files.path("folder.debug");
    must("objcopy", ["--only-keep-debug", fixturePath("x86_64-glibc-pie"), debug]);
    const program = files.copy("x86_64-glibc-pie");
    expect(ourPatchelf("--set-rpath", "/a", debug, program).status).toBe(0);
    expect(ourPatchelf("--print-needed", "--print-rpath", program, debug)).toMatchObject({
      status: 0,
      stdout: "/a\nlibc.so.6\n\n",
    });
    expect(ourPatchelf("--json", "--print-needed", debug).stdout).toContain('"needed": []');
  });
});

describe("different from patchelf, on purpose", () => {
  const path = "/opt/elfwright/fixture/lib";

  itWithTools(["patchelf", "readelf"], "a directory that the path has is not repeated", () => {
    const { theirs, ours } = both(["x86_64-glibc-pie-runpath"], ["--add-rpath", path]);
    expect([theirs.values[0]!.runpath, ours.values[0]!.runpath]).toEqual([`${path}:${path}`, path]);
  });

  itWithTools(
    ["patchelf", "readelf"],
    "an empty addition adds no empty directory, which would be the current one",
    () => {
      const { theirs, ours } = both(["x86_64-glibc-pie-runpath"], ["--add-rpath", ""]);
      expect([theirs.values[0]!.runpath, ours.values[0]!.runpath]).toEqual([`${path}:`, path]);
    },
  );

  itWithTools(["patchelf", "readelf"], "an empty path on a file without one adds no tag", () => {
    const { theirs, ours } = both(["x86_64-glibc-pie"], ["--set-rpath", ""]);
    expect([theirs.values[0]!.runpath, ours.values[0]!.runpath]).toEqual(["", null]);
  });

  itWithTools(["patchelf", "readelf"], "all additions count, where of patchelf's only the last does", () => {
    const { theirs, ours } = both(["x86_64-glibc-pie"], ["--add-rpath", "/a", "--add-rpath", "/b"]);
    expect([theirs.values[0]!.runpath, ours.values[0]!.runpath]).toEqual(["/b", "/a:/b"]);
  });

  itWithTools(
    ["patchelf", "readelf"],
    "a new path and a renamed library in one call: patchelf writes the name over the path",
    () => {
      const { theirs, ours } = both(
        ["x86_64-glibc-pie"],
        ["--set-rpath", "/a", "--replace-needed", "libc.so.6", "libd.so"],
      );

      expect(ours.values[0]).toMatchObject({ runpath: "/a", needed: ["libd.so"] });
      // A later version may do better.
      if (must("patchelf", ["--version"]).trim() === "patchelf 0.14.3") {
        expect(theirs.values[0]).toMatchObject({ runpath: "libd.so", needed: ["libc.so.6"] });
      }
    },
  );

  itWithTools(["patchelf", "readelf"], "a library that the file needs is not added again", () => {
    const { theirs, ours } = both(["x86_64-glibc-pie"], ["--add-needed", "libc.so.6"]);
    expect([theirs.values[0]!.needed, ours.values[0]!.needed]).toEqual([["libc.so.6", "libc.so.6"], ["libc.so.6"]]);
  });

  itWithTools(
    ["patchelf", "readelf"],
    "a library whose versions are needed is not removed: ld.so would stop at them",
    () => {
      const { theirs, ours } = both(["x86_64-glibc-pie"], ["--remove-needed", "libc.so.6"]);
      expect(theirs).toMatchObject({ status: 0, values: [{ needed: [], versionFiles: ["libc.so.6"] }] });
      expect(ours).toMatchObject({ status: 1, values: [{ needed: ["libc.so.6"] }] });
    },
  );

  itWithTools(["patchelf", "readelf"], "a static-pie program is refused: the path would crash it", () => {
    const { theirs, ours } = both(["x86_64-musl-static-pie"], ["--set-rpath", "/a"]);
    expect([theirs.status, ours.status]).toEqual([0, 1]);
  });

  itWithTools(["patchelf", "readelf"], "a value from a file has no line end, which no path has", () => {
    const value = files.write("value", Buffer.from("/lib/l.so\n"));
    const { theirs, ours } = both(["x86_64-glibc-pie"], ["--set-interpreter", `@${value}`]);

    expect(ours).toMatchObject({ status: 0, values: [{ interpreter: "/lib/l.so" }] });
    expect(theirs.values[0]!.interpreter).not.toBe("/lib/l.so");
  });

  itWithTools(
    ["patchelf", "readelf"],
    "a name that is another's old one is refused: the same call twice would give another file",
    () => {
      const { theirs, ours } = both(
        ["x86_64-glibc-pie"],
        ["--replace-needed", "libc.so.6", "b.so", "--replace-needed", "b.so", "c.so"],
      );
      expect(theirs).toMatchObject({ status: 0, values: [{ needed: ["b.so"] }] });
      expect(ours).toMatchObject({ status: 1, values: [{ needed: ["libc.so.6"] }] });
    },
  );

  itWithTools(["patchelf"], "a file that follows a refused one is edited", () => {
    const { theirs, ours } = both(["x86_64-object.o", "x86_64-glibc-pie"], ["--print-needed", "--set-rpath", "/a"]);
    expect([theirs.status, ours.status, ours.stdout, ours.values[1]!.runpath]).toEqual([1, 1, "libc.so.6\n", "/a"]);
  });

  itWithTools(["patchelf"], "a file without section headers is read and edited", () => {
    const bytes = readFileSync(fixturePath("x86_64-glibc-pie"));
    // e_shoff, e_shnum, e_shstrndx.
    bytes.fill(0, 40, 48).fill(0, 60, 64);
    const sectionless = files.write("sectionless", bytes);

    expect(run("patchelf", ["--print-needed", sectionless]).status).toBe(1);
    expect(elfwright("patchelf", "--print-needed", "--set-rpath", "/a", sectionless)).toMatchObject({
      status: 0,
      stdout: "libc.so.6\n",
    });
    expect(readElf(readFileSync(sectionless)).runpath).toBe("/a");
  });
});
