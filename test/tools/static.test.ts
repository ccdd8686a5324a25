import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { replaceNeeded } from "../../src/edit/needed.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { removeSections, stripUnneeded } from "../../src/strip/strip.js";
import { caught } from "../support/elf.js";
import { fixture, GREETING, scratch } from "../support/fixtures.js";
import { MACHINES, runnersOf } from "../support/machines.js";
import { itWithTools, must, run } from "../support/tools.js";

const files = scratch();
const EDITS = [setRunpath("/x"), replaceNeeded({ "libc.so.6": "libc.so.7" })];

describe("static programs", () => {
  const onLinux = process.platform === "linux" && process.arch === "x64";
  for (const name of ["x86_64-glibc-static", "x86_64-musl-static-pie"]) {
    (onLinux ? it : it.skip)(`${name} stripped by us is smaller and runs`, () => {
      const before = fixture(name);
      const { bytes } = patch(before, [stripUnneeded(), removeSections(".comment")]);
      expect(bytes.length).toBeLessThan(before.length);
      expect(run(files.write(name, bytes), [])).toMatchObject({ status: 0, stdout: GREETING(1), stderr: "" });
    });
  }

  itWithTools(["gcc"], "a glibc static-pie program is recognised, gets no search path, and runs when stripped", () => {
    const text = '#include <stdio.h>\nint main(void) { puts("static-pie"); return 0; }\n';
    const path = files.path("static-pie");
    must("gcc", ["-static-pie", "-O1", "-o", path, files.write("static.c", Buffer.from(text))]);
    const before = readFileSync(path);

    expect(readElf(before).linkage).toBe("static-pie");
    for (const edit of EDITS) expect(caught(() => patch(before, [edit])).code).toBe("STATIC");
    expect(caught(() => patch(before, [setInterpreter("/x")])).code).toBe("NO_INTERPRETER");

    const { bytes } = patch(before, [stripUnneeded()]);
    expect(bytes.length).toBeLessThan(before.length);
    expect(run(files.write("static-pie-stripped", bytes), [])).toMatchObject({ status: 0, stdout: "static-pie\n" });
  });
});

describe("the dynamic loader itself", () => {
  for (const path of ["/lib/ld-musl-x86_64.so.1", ...MACHINES.map((m) => runnersOf(m).at(-1)!)]) {
    itWithTools([path], `${path} is recognised, and refused`, () => {
      const before = readFileSync(path);
      expect(readElf(before).linkage).toBe("loader");
      for (const edit of [...EDITS, setInterpreter("/x")]) {
        expect(caught(() => patch(before, [edit])).code).toBe("LOADER");
      }
    });
  }
});
