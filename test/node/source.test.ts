import {
  chmodSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { viewOf } from "../../src/codec/bytes.js";
import { Ehdr, Phdr, Shdr } from "../../src/codec/records.js";
import { isElfError, patch, readElf, setRunpath } from "../../src/index.js";
import { openSource, patchFileSync, readElfFile } from "../../src/node/index.js";
import { ioError } from "../../src/node/source.js";
import { caught, counting } from "../support/elf.js";
import { fixture, fixturePath, scratch } from "../support/fixtures.js";
import { itWithTools, must } from "../support/tools.js";
import { asNobody } from "./rights.js";

const files = scratch();
const GIGABYTE = 2 ** 30;
const NAME = "x86_64-glibc-pie-runpath";
const HUGE = Array.from({ length: 150 }, (_, i) => `/opt/elfwright/a/path/that/no/slack/can/hold/${i}`).join(":");

/** A file with these bytes at these offsets and holes elsewhere. */
function sparseFile(name: string, size: number, ...parts: { at: number; bytes: Uint8Array }[]): string {
  const path = files.path(name);
  const fd = openSync(path, "w");
  for (const { at, bytes } of parts) writeSync(fd, bytes, 0, bytes.length, at);
  ftruncateSync(fd, size);
  closeSync(fd);
  return path;
}

/**
 * Adds a distance to the offsets in all headers from an offset on, as if everything there stood so much later in the
 * file. Addresses stay.
 */
function moveOffsets(bytes: Uint8Array, from: number, by: number): void {
  const { header } = readElf(bytes);
  const view = viewOf(bytes);

  for (let i = 0; i < header.phnum; i++) {
    const phdr = Phdr.view(view, header.phoff + i * header.phentsize, header);
    if (phdr.offset >= from) phdr.offset += by;
  }

  for (let i = 0; i < header.shnum; i++) {
    const shdr = Shdr.view(view, header.shoff + i * header.shentsize, header);
    if (shdr.offset >= from) shdr.offset += by;
  }

  // The record begins behind e_ident, which has 16 bytes.
  const ehdr = Ehdr.view(view, 16, header);
  if (ehdr.shoff >= from) ehdr.shoff += by;
}

describe("a file of 1 GB", () => {
  const expectFewBytesRead = (path: string, runpath: string, most: number) => {
    const file = openSource(path);
    const source = counting(file);
    const elf = readElf(source);

    expect(file.size).toBe(GIGABYTE);
    expect([elf.needed, elf.runpath, elf.interpreter]).toEqual([["libc.so.6"], runpath, "/lib64/ld-linux-x86-64.so.2"]);
    expect(source.bytes).toBeLessThan(most);

    expect(elf.sections.map((section) => section.name)).toContain(".dynstr");
    expect(elf.versionNeeds.map((need) => need.file)).toEqual(["libc.so.6"]);
    expect(source.bytes).toBeLessThan(most + 8192);

    file.close();
  };

  it("is read by a few KB for its needed libraries, search path and interpreter", () => {
    const path = sparseFile("payload", GIGABYTE, { at: 0, bytes: fixture(NAME) });
    expectFewBytesRead(path, "/opt/elfwright/fixture/lib", 8192);
  });

  it("also where .dynstr and the section headers stand at its end", () => {
    const bytes = patch(fixture(NAME), [setRunpath(HUGE)]).bytes;
    const elf = readElf(bytes);
    const dynstr = elf.sections.find((section) => section.name === ".dynstr")!.header.offset;
    const page = dynstr - (dynstr % 4096);
    const cut = Math.min(...elf.segments.map((segment) => segment.offset).filter((offset) => offset >= page));

    const gap = GIGABYTE - bytes.length;
    const distance = gap - (gap % 4096);
    moveOffsets(bytes, cut, distance);

    const head = { at: 0, bytes: bytes.subarray(0, cut) };
    const tail = { at: distance + cut, bytes: bytes.subarray(cut) };
    const path = sparseFile("stretched", GIGABYTE, head, tail);
    expectFewBytesRead(path, HUGE, 8192 + 2 * HUGE.length);
  });

  itWithTools(["/proc/self/io"], "costs few bytes of the disk, too", () => {
    const path = sparseFile("io", GIGABYTE, { at: 0, bytes: fixture(NAME) });
    const library = new URL("../../dist/node.js", import.meta.url).href;

    // Reading the count costs bytes itself: `own` to `before` are those of one reading.
    const script = `
      import { readFileSync } from "node:fs";
      import { readElfFile } from ${JSON.stringify(library)};
      const read = () => Number(/rchar: (\\d+)/.exec(readFileSync("/proc/self/io", "utf8"))[1]);
      read();
      const own = read();
      const before = read();
      const elf = readElfFile(${JSON.stringify(path)});
      void [elf.needed, elf.runpath, elf.interpreter];
      elf.close();
      console.log(read() - before - (before - own));`;
    const bytesRead = Number(must(process.execPath, ["--input-type=module", "-e", script]));
    expect(bytesRead).toBeLessThan(5 * 4096);
  });
});

describe("openSource", () => {
  it("gives ranges of the file, small ones and large ones, across blocks", () => {
    const bytes = fixture("x86_64-glibc-static");
    const source = openSource(fixturePath("x86_64-glibc-static"));

    expect(source.size).toBe(bytes.length);
    for (const [offset, length] of [
      [0, 64],
      [4090, 12],
      [4096, 4096],
      [1, 4095],
      [5, 100_000],
      [bytes.length - 3, 3],
      [0, bytes.length],
    ] as const) {
      const wanted = bytes.subarray(offset, offset + length);
      expect(Buffer.compare(source.read(offset, length), wanted), `${offset} ${length}`).toBe(0);
    }

    source.close();
  });

  it("keeps few blocks, and reads an older one again", () => {
    const bytes = fixture("x86_64-glibc-static");
    const source = openSource(fixturePath("x86_64-glibc-static"));

    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 100 * 4096; at += 4096) {
        expect(source.read(at, 4)).toEqual(new Uint8Array(bytes.subarray(at, at + 4)));
      }
    }

    source.close();
  });

  it("may be closed twice, and does not read another file by its old descriptor", () => {
    const source = openSource(fixturePath(NAME));
    const magic = source.read(0, 4);
    source.close();
    const other = openSource(fixturePath("s390x-glibc-pie"));
    source.close();

    expect(source.read(0, 4)).toEqual(magic);
    expect(caught(() => source.read(8192, 4))).toMatchObject({ code: "IO", detail: { path: fixturePath(NAME) } });
    expect(other.read(0, 4)).toEqual(magic);

    other.close();
  });

  it("says IO for a file that became shorter", () => {
    const path = files.write("shorter", fixture(NAME));
    const source = openSource(path);

    truncateSync(path, 100);
    expect(caught(() => source.read(50, 100)).code).toBe("IO");

    source.close();
  });
});

describe("readElfFile", () => {
  it("reads, and what was read stays after close", () => {
    const elf = readElfFile(fixturePath(NAME));
    expect(elf.needed).toEqual(["libc.so.6"]);
    elf.close();
    elf.close();
    expect(elf.needed).toEqual(["libc.so.6"]);
  });

  const refused: [string, () => string, string | undefined][] = [
    ["a file that is not there", () => "/no/such/file", "ENOENT"],
    ["a folder", () => fixturePath(""), undefined],
    ["a device", () => "/dev/null", undefined],
  ];
  it.each(refused)("%s is an IO error that names it", (_, make, cause) => {
    const path = make();
    const error = caught(() => readElfFile(path));
    expect(error).toMatchObject({ code: "IO", detail: cause === undefined ? { path } : { path, cause } });
    expect(error.message.startsWith(`IO: ${path}: `)).toBe(true);
  });

  itWithTools(["mkfifo"], "a FIFO is refused without waiting for its writer", () => {
    const path = files.path("fifo");
    must("mkfifo", [path]);
    expect(caught(() => readElfFile(path))).toMatchObject({
      code: "IO",
      message: `IO: ${path}: this is not a regular file`,
    });
  });

  it("a file that may not be read is an IO error", () => {
    const folder = files.path("locked");
    mkdirSync(folder, { mode: 0o755 });
    chmodSync(files.path("."), 0o755);
    const path = files.write("locked/file", fixture(NAME), 0o000);

    expect(asNobody(() => caught(() => readElfFile(path)))).toMatchObject({
      code: "IO",
      detail: { path, cause: "EACCES" },
    });

    rmSync(path);
  });

  it("closes a file that it refuses", () => {
    const path = files.path("text");
    writeFileSync(path, "text");

    // More files than a process may usually have open.
    for (let i = 0; i < 3000; i++) expect(caught(() => readElfFile(path)).code).toBe("NOT_ELF");
  });

  it("a failed system call is known by what it says, in whatever realm", () => {
    const foreign: unknown = runInNewContext(`Object.assign(new Error("ENOENT: no such file, open 'x'"), {
      syscall: "open", code: "ENOENT" })`);
    expect(foreign instanceof Error).toBe(false);

    const error = caught(() => ioError("x", foreign));
    expect(error).toMatchObject({ code: "IO", detail: { path: "x", cause: "ENOENT" } });
    expect(isElfError(runInNewContext(`Object.assign(new Error(""), { name: "ElfError", code: "IO" })`), "IO")).toBe(
      true,
    );
    for (const other of [null, undefined, "ElfError", { name: "ElfError" }, new Error("x")]) {
      expect(isElfError(other)).toBe(false);
    }
  });

  it.each([
    [
      "bytes",
      fixture(NAME) as unknown,
      /takes the path of a file as text, not an object: readElf and patch take bytes/,
    ],
    ["a URL", new URL("file:///bin/ls"), /fileURLToPath\(\) makes one of a URL/],
    ["nothing", undefined, /not undefined/],
  ])("%s are no path", (_, path, message) => {
    for (const open of [readElfFile, openSource, (p: string) => patchFileSync(p, setRunpath("/opt"))]) {
      const error = caught(() => open(path as string));
      expect(error).toMatchObject({ code: "BAD_INPUT" });
      expect(error.message).toMatch(message);
    }
  });
});
