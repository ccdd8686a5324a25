import { describe, expect, it } from "vitest";
import { DF_1, DT, EM, resolveLibraries, type ResolveOptions } from "../../src/index.js";
import { readCache } from "../../src/resolve/search/cache.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { type MadeCache, makeCache } from "./cache-file.js";
import { type Contents, library, link, memory, program, said, tries } from "./memory.js";

const ENTRIES = [
  { name: "libx.so", path: "/c/x/libx.so", hwcaps: "x86-64-v3" },
  { name: "libx.so", path: "/c/libx.so" },
  { name: "liby.so", path: "/c/liby.so", flags: 3 },
];

describe("reading ld.so.cache", () => {
  it.each<[string, Omit<MadeCache, "entries">]>([
    ["new, little-endian", {}],
    ["new, big-endian", { littleEndian: false }],
    ["new, of before glibc 2.33", { mark: 0 }],
    ["both", { format: "both" }],
    ["both, on a machine that aligns to 4", { format: "both", align: 4 }],
    ["both, big-endian", { format: "both", littleEndian: false }],
  ])("%s", (_, made) => {
    const cache = readCache(makeCache({ entries: ENTRIES, ...made }), made.littleEndian ?? true)!;
    expect(cache.generator).toBe("ldconfig (test)");
    expect(cache.entries).toEqual([
      { name: "libx.so", path: "/c/x/libx.so", flags: 0x303, hwcaps: "x86-64-v3", isLegacy: false },
      { name: "libx.so", path: "/c/libx.so", flags: 0x303, hwcaps: null, isLegacy: false },
      { name: "liby.so", path: "/c/liby.so", flags: 3, hwcaps: null, isLegacy: false },
    ]);
  });

  it.each([true, false])("old, little-endian: %s", (littleEndian) => {
    const cache = readCache(makeCache({ entries: ENTRIES, format: "old", littleEndian }), littleEndian)!;
    expect(cache.entries.map(({ name, path }) => `${name} ${path}`)).toEqual([
      "libx.so /c/x/libx.so",
      "libx.so /c/libx.so",
      "liby.so /c/liby.so",
    ]);
  });

  it("another format or byte order is no cache", () => {
    expect(readCache(new TextEncoder().encode("glibc-ld.so.cache9.9"), true)).toBeUndefined();
    expect(readCache(makeCache({ entries: ENTRIES, littleEndian: false }), true)).toBeUndefined();
    expect(readCache(makeCache({ entries: ENTRIES, mark: 1 }), true)).toBeUndefined();
  });

  it("never throws for a cache that is cut short or changed anywhere", () => {
    for (const format of ["old", "new", "both"] as const) {
      const whole = makeCache({ entries: ENTRIES, format });
      for (let length = 0; length <= whole.length; length++) readCache(whole.subarray(0, length), true);

      for (let at = 0; at < whole.length; at++) {
        for (const value of [0, 0x7f, 0xff]) {
          const changed = whole.slice();
          changed[at] = value;
          readCache(changed, true);
        }
      }
    }
  });
});

const X = library();

/** How /p finds libx.so. */
const edge = (files: Contents, options: Partial<ResolveOptions> = {}, ofProgram: object = {}) => {
  const usual = { "/p": program(["libx.so"], ofProgram), "/lib64/ld-linux-x86-64.so.2": library() };
  const tree = resolveLibraries("/p", { files: memory({ ...usual, ...files }), systemDirs: ["/lib"], ...options });
  return tree.root.needs[0]!;
};
const cached = (...entries: MadeCache["entries"]) => ({ "/etc/ld.so.cache": makeCache({ entries }) });

describe("finding by ld.so.cache", () => {
  it("after the search paths, before the system directories", () => {
    const files = { ...cached({ name: "libx.so", path: "/c/libx.so" }), "/c/libx.so": X, "/lib/libx.so": X };

    expect(said(edge(files))).toBe("libx.so: /c/libx.so by cache");
    expect(said(edge({ ...files, "/r/libx.so": X }, {}, { runpath: "/r" }))).toBe(
      "libx.so: /r/libx.so by runpath of /p",
    );
    expect(said(edge(files, { cache: "ignore" }))).toBe("libx.so: /lib/libx.so by default");
    expect(tries(edge(cached()))).toEqual(["cache /etc/ld.so.cache absent", "default /lib/libx.so absent"]);
  });

  it("the system directories follow where the file is gone, or for another machine", () => {
    const files = { ...cached({ name: "libx.so", path: "/c/libx.so" }), "/lib/libx.so": X };
    const ofAarch64 = library([], { machine: EM.AARCH64 });

    expect(tries(edge(files))).toEqual(["cache /c/libx.so absent", "default /lib/libx.so found"]);
    expect(tries(edge({ ...files, "/c/libx.so": ofAarch64 }))).toEqual([
      "cache /c/libx.so other-machine",
      "default /lib/libx.so found",
    ]);
  });

  it("the machine's own entries", () => {
    const files = {
      ...cached(
        { name: "libx.so", path: "/c32/libx.so", flags: 3 },
        { name: "libx.so", path: "/cx32/libx.so", flags: 0x803 },
        { name: "libx.so", path: "/c/libx.so" },
      ),
      "/c/libx.so": X,
    };

    expect(said(edge(files))).toBe("libx.so: /c/libx.so by cache");

    const i386 = (needed: string[]) => buildElf({ class: 32, needed, interpreter: null, soname: "l" });
    const filesOfI386 = memory({ ...files, "/p": i386(["libx.so"]), "/c32/libx.so": i386([]) });
    const tree = resolveLibraries("/p", { files: filesOfI386, systemDirs: [] });
    expect(tree.root.needs.map(said)).toEqual(["libx.so: /c32/libx.so by cache"]);
  });

  it("the best entry for the processor; entries with old hwcap bits are left out", () => {
    const files = {
      ...cached(
        { name: "libx.so", path: "/v2/libx.so", hwcaps: "x86-64-v2" },
        { name: "libx.so", path: "/v3/libx.so", hwcaps: "x86-64-v3" },
        { name: "libx.so", path: "/avx/libx.so", hwcap: 4n },
        { name: "libx.so", path: "/c/libx.so" },
        { name: "libx.so", path: "/later/libx.so" },
      ),
      "/c/libx.so": X,
      "/v2/libx.so": X,
      "/v3/libx.so": X,
      "/avx/libx.so": X,
    };

    expect(said(edge(files))).toBe("libx.so: /c/libx.so by cache");
    expect(said(edge(files, { hwcaps: "x86-64-v2" }))).toBe("libx.so: /v2/libx.so by cache");
    expect(said(edge(files, { hwcaps: "x86-64-v4" }))).toBe("libx.so: /v3/libx.so by cache");

    const tls = { ...cached({ name: "libx.so", path: "/tls/libx.so", hwcap: 1n << 63n }), "/tls/libx.so": X };
    expect(said(edge(tls))).toBe("libx.so: /tls/libx.so by cache");
  });

  it("DF_1_NODEFLIB: not what lies in the system directories", () => {
    const noDefaultLib = { tags: [{ tag: DT.FLAGS_1, value: DF_1.NODEFLIB }] };
    const inCache = (path: string) => ({ ...cached({ name: "libx.so", path }), [path]: X });

    expect(said(edge(inCache("/lib/sub/libx.so"), {}, noDefaultLib))).toBe("libx.so: missing");
    expect(said(edge(inCache("/library/libx.so"), {}, noDefaultLib))).toBe("libx.so: /library/libx.so by cache");
  });

  it("on a big-endian machine", () => {
    const s390x = (needed: string[]) => buildElf({ byteOrder: "big", needed, interpreter: null, soname: "l" });
    const cache = makeCache({ littleEndian: false, entries: [{ name: "libx.so", path: "/c/libx.so", flags: 0x403 }] });
    const files = memory({ "/p": s390x(["libx.so"]), "/c/libx.so": s390x([]), "/etc/ld.so.cache": cache });

    const tree = resolveLibraries("/p", { files });
    expect(tree.root.needs.map(said)).toEqual(["libx.so: /c/libx.so by cache"]);
  });
});

describe("ld.so.conf where there is no cache", () => {
  const CONF = {
    "/etc/ld.so.conf": "# comment\ninclude ld.so.conf.d/*.conf\n/last/ # more\ninclude /etc/none\nhwcap 0 nosegneg\n",
    "/etc/ld.so.conf.d/b.conf": "/b=libc6\n",
    "/etc/ld.so.conf.d/a.conf": "include /etc/ld.so.conf\n/a",
    "/etc/ld.so.conf.d/.hidden.conf": "/hidden",
    "/etc/ld.so.conf.d/other.txt": "/other",
  };

  it("its directories, included ones in their place", () => {
    expect(tries(edge(CONF))).toEqual([
      "configured /a/libx.so absent",
      "configured /b/libx.so absent",
      "configured /last/libx.so absent",
      "default /lib/libx.so absent",
    ]);
    expect(tries(edge(CONF, { cache: "ignore" }))).toEqual(["default /lib/libx.so absent"]);
    expect(tries(edge({ ...CONF, ...cached() }))).toEqual([
      "cache /etc/ld.so.cache absent",
      "default /lib/libx.so absent",
    ]);
  });

  it("through links", () => {
    expect(tries(edge({ "/etc/ld.so.conf": link("../opt/conf"), "/opt/conf": "/a" }))).toEqual([
      "configured /a/libx.so absent",
      "default /lib/libx.so absent",
    ]);
  });
});
