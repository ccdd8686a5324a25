import { spawn } from "node:child_process";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { headerView } from "../../../src/image/headers/header.js";
import { readElf, setRunpath } from "../../../src/index.js";
import { openSource, type PatchFileOptions, patchFileSync } from "../../../src/node/index.js";
import { CLI } from "../../cli/cli.js";
import { caught } from "../../support/elf.js";
import { readelfValues } from "../../support/oracles.js";
import { itWithTools, must, run } from "../../support/tools.js";
import { HUGE, LOADER, LONG, workbench } from "./case.js";

const bench = workbench();
const HELLO = { source: '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' };
const WAITS = `#include <stdio.h>
int main(void) { puts("started"); fflush(stdout); getchar(); puts("went on"); return 0; }
`;
const TOOLS = ["gcc", "patchelf", LOADER];

/** A folder of its own with a copy of the program in it. */
function copyIn(name: string): { dir: string; path: string } {
  const dir = bench.files.path(name);
  const path = join(dir, "program");
  mkdirSync(dir);
  copyFileSync(bench.build("hello", HELLO), path);
  return { dir, path };
}

describe("how the result gets its name", () => {
  itWithTools(TOOLS, "#27 the other names of a hard link keep the old file; patchelf's get the new one", () => {
    const { path } = copyIn("hard");
    const other = `${path}.other`;
    const before = readFileSync(path);
    linkSync(path, other);
    const { notes } = patchFileSync(path, [setRunpath(LONG)]);

    expect(notes.map((n) => n.note)).toContain("HARD_LINKS");
    expect(readelfValues(path).runpath).toBe(LONG);
    expect(readFileSync(other).equals(before)).toBe(true);

    const theirs = `${path}.theirs`;
    linkSync(other, theirs);
    must("patchelf", ["--set-rpath", LONG, theirs]);

    expect(readFileSync(other).equals(before)).toBe(false);
  });

  itWithTools(TOOLS, "#28 a symbolic link stays one, and the file behind it is patched", () => {
    const { path } = copyIn("symbolic");
    const link = `${path}.link`;
    symlinkSync("program", link);
    expect(patchFileSync(link, [setRunpath(LONG)]).path).toBe(path);
    expect(lstatSync(link).isSymbolicLink() && readlinkSync(link)).toBe("program");
    expect(readelfValues(path).runpath).toBe(LONG);
    expect(must(link, [])).toBe("hello\n");
  });

  itWithTools(TOOLS, "the output has the input's mode; patchelf's has 0755", () => {
    const { dir, path } = copyIn("mode");
    const mode = (p: string) => statSync(p).mode & 0o7777;

    for (const wanted of [0o640, 0o4750, 0o555]) {
      chmodSync(path, wanted);
      patchFileSync(path, [setRunpath(LONG)], { output: join(dir, `ours-${wanted}`) });
      expect(mode(join(dir, `ours-${wanted}`))).toBe(wanted);
    }

    chmodSync(path, 0o640);
    must("patchelf", ["--set-rpath", LONG, "--output", join(dir, "theirs"), path]);

    expect(mode(join(dir, "theirs"))).not.toBe(0o640);
  });

  itWithTools(
    [...TOOLS, "bash"],
    "a write that hits a limit leaves the old file whole and nothing beside it; patchelf cuts it off",
    () => {
      const { dir, path } = copyIn("limit");
      const before = readFileSync(path);
      const limited = (...command: string[]) =>
        run("bash", ["-c", `ulimit -f 8; trap '' XFSZ; exec "$@"`, "bash", ...command]);

      const ours = limited(process.execPath, CLI, "patchelf", "--set-rpath", HUGE, path);
      expect(ours.status).toBe(1);
      expect(ours.stderr).toMatch(/file too large|EFBIG/i);
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(dir)).toEqual(["program"]);

      limited("patchelf", "--set-rpath", HUGE, path);
      expect(readFileSync(path).length).toBe(8192);
    },
  );

  itWithTools(
    TOOLS,
    'a running program can be patched in place, and goes on; patchelf says "Text file busy"',
    async () => {
      const path = bench.files.path("running");
      copyFileSync(bench.build("reads", { source: WAITS }), path);

      const child = spawn(path, [], { stdio: ["pipe", "pipe", "inherit"] });
      let text = "";
      child.stdout.on("data", (data: Buffer) => {
        text += data.toString();
      });
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
      await new Promise<void>((resolve) => child.stdout.once("data", () => resolve()));

      expect(run("patchelf", ["--set-rpath", LONG, path]).stderr).toMatch(/Text file busy/);

      patchFileSync(path, [setRunpath(HUGE)]);
      expect(readelfValues(path).runpath).toBe(HUGE);

      child.stdin.end("x");
      expect(await ended).toBe(0);
      expect(text).toBe("started\nwent on\n");
    },
  );
});

describe("bytes behind the end of the ELF file", () => {
  /** Reads the payload as a self-extracting program does: its length is the file's last eight bytes. */
  const READS_ITSELF = `
#include <stdio.h>
int main(void) {
  FILE *f = fopen("/proc/self/exe", "rb");
  char text[64];
  unsigned long n = 0;
  if (!f || fseek(f, -8, SEEK_END) || fread(&n, 8, 1, f) != 1 || n >= sizeof text) { puts("no payload"); return 3; }
  fseek(f, -8 - (long)n, SEEK_END);
  text[fread(text, 1, n, f)] = 0;
  puts(text);
  return 0;
}
`;
  itWithTools(
    TOOLS,
    "#32 a payload read from the end of the file: refused by default, whole where asked to be kept; patchelf loses it",
    () => {
      const text = Buffer.from("the payload");
      const length = Buffer.alloc(8);
      length.writeUInt32LE(text.length);

      for (const pie of ["-pie", "-no-pie"]) {
        const flags = [pie, pie === "-pie" ? "-fPIE" : "-fno-pie", "-Wl,-rpath,/opt/there"];
        const bare = bench.build(`payload${pie}`, { source: READS_ITSELF, flags });
        const before = Buffer.concat([readFileSync(bare), text, length]);
        const path = bench.files.write(`payload${pie}.full`, before);
        const patched = (runpath: string, options: PatchFileOptions) =>
          patchFileSync(path, [setRunpath(runpath)], options).path;

        expect(must(path, [])).toBe("the payload\n");
        expect(caught(() => patchFileSync(path, [setRunpath(HUGE)])).code).toBe("OVERLAY");
        expect(readFileSync(path).equals(before)).toBe(true);

        // For these there is room in the file.
        for (const runpath of ["/opt/ther", LONG]) {
          expect(must(patched(runpath, { output: `${path}.in-place` }), [])).toBe("the payload\n");
        }
        expect(must(patched(HUGE, { output: `${path}.kept`, overlay: "keep" }), [])).toBe("the payload\n");
        if (pie === "-no-pie") continue;

        const theirs = `${path}.theirs`;
        copyFileSync(path, theirs);
        must("patchelf", ["--set-rpath", LONG, theirs]);
        expect(run(theirs, []).stdout).not.toBe("the payload\n");
      }
    },
  );
});

describe("a file of more than 4 GiB", () => {
  const GIB = 2 ** 30;
  const END = 4 * GIB + 0x1000_0000;

  /** A program whose .comment is 4.25 GiB of holes, its section header table behind that. */
  function huge(path: string): void {
    const built = bench.build("hello-no-pie", { ...HELLO, flags: ["-no-pie", "-fno-pie"] });
    const bytes = Buffer.from(readFileSync(built));
    const elf = readElf(bytes);
    const { shoff, shnum, shentsize } = elf.header;
    const start = Math.ceil(bytes.length / 4096) * 4096;

    // sh_offset and sh_size of .comment.
    const table = Buffer.from(bytes.subarray(shoff, shoff + shnum * shentsize));
    const row = elf.sections.findIndex((section) => section.name === ".comment") * shentsize;
    table.writeBigUInt64LE(BigInt(start), row + 0x18);
    table.writeBigUInt64LE(BigInt(END - start), row + 0x20);
    headerView(bytes, { class: 64, littleEndian: true }).shoff = END;

    const fd = openSync(path, "w", 0o755);
    writeSync(fd, bytes, 0, bytes.length, 0);
    ftruncateSync(fd, END);
    writeSync(fd, table, 0, table.length, END);
    closeSync(fd);
  }

  const onDisk = (path: string): number => statSync(path).blocks * 512;

  itWithTools(TOOLS, "#26 is patched with its holes kept, and runs", () => {
    const path = bench.files.path("huge");
    huge(path);
    if (onDisk(path) > GIB) return expect.unreachable("this file system has no sparse files");

    expect(must(path, [])).toBe("hello\n");
    expect(patchFileSync(path, [setRunpath(HUGE)]).changed).toBe(true);
    expect(statSync(path).size).toBeGreaterThan(4 * GIB);
    // Holes are kept by the MiB.
    expect(onDisk(path)).toBeLessThan(4 << 20);
    expect(must(path, [])).toBe("hello\n");

    const source = openSource(path);
    expect(readElf(source).runpath).toBe(HUGE);
    source.close();
  });
});
