import { describe, expect, it } from "vitest";
import { DF_1, DT, type ResolveOptions, resolveLibraries, EM, onlyKeepDebug, patch } from "../../src/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { fixture } from "../support/fixtures.js";
import { type Contents, edges, library, link, memory, paths, program, said, tries } from "./memory.js";

const X = library([], { soname: "libx.so" });
const Y = library([], { soname: "liby.so" });
const LOADER = "/lib64/ld-linux-x86-64.so.2";

const resolve = (contents: Contents, options: Partial<ResolveOptions> = {}) =>
  resolveLibraries("/app/main", {
    files: memory({ [LOADER]: library([], { soname: "ld-linux-x86-64.so.2" }), ...contents }),
    systemDirs: ["/lib"],
    ...options,
  });

/** How the program's first library is found. */
const saidOfFirst = (contents: Contents, options: Partial<ResolveOptions> = {}) =>
  said(resolve(contents, options).root.needs[0]!);

/** Where the program's first library was looked for. */
const triedForFirst = (contents: Contents, options: Partial<ResolveOptions> = {}) =>
  tries(resolve(contents, options).root.needs[0]!);

describe("where glibc searches", () => {
  it("DT_RPATH, LD_LIBRARY_PATH, DT_RUNPATH, system directories, in this order", () => {
    const everywhere = { "/r/libx.so": X, "/e/libx.so": X, "/lib/libx.so": X };
    const env = { LD_LIBRARY_PATH: "/e" };

    expect(saidOfFirst({ ...everywhere, "/app/main": program(["libx.so"], { rpath: "/r" }) }, { env })).toBe(
      "libx.so: /r/libx.so by rpath of /app/main",
    );
    expect(saidOfFirst({ ...everywhere, "/app/main": program(["libx.so"], { runpath: "/r" }) }, { env })).toBe(
      "libx.so: /e/libx.so by library-path",
    );
    expect(saidOfFirst({ ...everywhere, "/app/main": program(["libx.so"], { runpath: "/r" }) })).toBe(
      "libx.so: /r/libx.so by runpath of /app/main",
    );
    expect(saidOfFirst({ ...everywhere, "/app/main": program(["libx.so"]) })).toBe("libx.so: /lib/libx.so by default");
    expect(triedForFirst({ "/app/main": program(["libx.so"], { runpath: "/r:/q/" }) }, { env })).toEqual([
      "library-path /e/libx.so absent",
      "runpath /r/libx.so absent",
      "runpath /q/libx.so absent",
      "default /lib/libx.so absent",
    ]);
  });

  it("DT_RPATH is ignored beside DT_RUNPATH, also an empty one", () => {
    expect(triedForFirst({ "/app/main": program(["libx.so"], { rpath: "/r", runpath: "/s" }) })).toEqual([
      "runpath /s/libx.so absent",
      "default /lib/libx.so absent",
    ]);
    expect(triedForFirst({ "/app/main": program(["libx.so"], { rpath: "/r", runpath: "" }) })).toEqual([
      "default /lib/libx.so absent",
    ]);
  });

  it("the DT_RPATHs of the objects that led to an object count, the nearest first, and no DT_RUNPATH", () => {
    const edgesOf = (ofProgram: object, ofLibrary: object) => {
      const tree = resolve({
        "/app/main": program(["liba.so"], ofProgram),
        "/r/liba.so": library(["libx.so"], ofLibrary),
        "/r/libx.so": X,
        "/q/libx.so": X,
      });
      return edges(tree);
    };

    expect(edgesOf({ rpath: "/r" }, {})).toEqual({
      "/app/main": ["liba.so: /r/liba.so by rpath of /app/main"],
      "/r/liba.so": ["libx.so: /r/libx.so by rpath of /app/main"],
    });
    for (const [ofProgram, ofLibrary, edge] of [
      [{ rpath: "/r" }, { rpath: "/q" }, "libx.so: /q/libx.so by rpath of /r/liba.so"],
      [{ runpath: "/r" }, {}, "libx.so: missing"],
      [{ rpath: "/r" }, { runpath: "/none" }, "libx.so: missing"],
      [{ runpath: "/r" }, { rpath: "/q" }, "libx.so: /q/libx.so by rpath of /r/liba.so"],
    ] as const) {
      expect(edgesOf(ofProgram, ofLibrary)["/r/liba.so"]).toEqual([edge]);
    }
  });

  it("an object with DT_RUNPATH gives nothing to those below it, but the DT_RPATHs above it do", () => {
    const tree = resolve({
      "/app/main": program(["liba.so"], { rpath: "/r" }),
      "/r/liba.so": library(["libb.so"], { runpath: "/u" }),
      "/u/libb.so": library(["libx.so"]),
      "/u/libx.so": Y,
      "/r/libx.so": X,
    });
    expect(edges(tree)["/u/libb.so"]).toEqual(["libx.so: /r/libx.so by rpath of /app/main"]);
  });

  it("LD_LIBRARY_PATH: colons and semicolons, an empty element is the current directory", () => {
    const tried = (libraryPath: string, runpath?: string) => {
      const main = program(["libx.so"], runpath === undefined ? {} : { runpath });
      const env = { LD_LIBRARY_PATH: libraryPath };
      return triedForFirst({ "/app/main": main }, { env, cwd: "/work", systemDirs: [] });
    };

    expect(tried("/a;/b:")).toEqual([
      "library-path /a/libx.so absent",
      "library-path /b/libx.so absent",
      "library-path /work/libx.so absent",
    ]);
    expect(tried("", ":sub//")).toEqual(["runpath /work/libx.so absent", "runpath /work/sub/libx.so absent"]);
    expect(tried("")).toEqual([]);
  });

  it("DF_1_NODEFLIB: no system directories, for this object's needs alone", () => {
    const tags = [{ tag: DT.FLAGS_1, value: DF_1.NODEFLIB }];
    const tree = resolve({
      "/app/main": program(["liba.so", "libx.so"], { tags, runpath: "/r" }),
      "/r/liba.so": library(["libx.so"]),
      "/lib/libx.so": X,
    });

    expect(edges(tree)).toEqual({
      "/app/main": ["liba.so: /r/liba.so by runpath of /app/main", "libx.so: missing"],
      "/r/liba.so": ["libx.so: /lib/libx.so by default"],
    });
    expect(tree.missing.map(({ from, edge }) => `${from.path} ${edge.name}`)).toEqual(["/app/main libx.so"]);
  });

  it("a name with a slash is a path, from the current directory", () => {
    expect(saidOfFirst({ "/app/main": program(["/opt/libx.so"]), "/opt/libx.so": X })).toBe(
      "/opt/libx.so: /opt/libx.so by path",
    );
    expect(saidOfFirst({ "/app/main": program(["sub/libx.so"]), "/work/sub/libx.so": X }, { cwd: "/work" })).toBe(
      "sub/libx.so: /work/sub/libx.so by path",
    );
    expect(saidOfFirst({ "/app/main": program(["sub/libx.so"]), "/sub/libx.so": X })).toBe(
      "sub/libx.so: /sub/libx.so by path",
    );
    expect(saidOfFirst({ "/app/main": program(["$ORIGIN/../opt/libx.so"]), "/opt/libx.so": X })).toBe(
      "$ORIGIN/../opt/libx.so: /app/../opt/libx.so by path",
    );
  });
});

describe("dynamic string tokens", () => {
  const place = (runpath: string, options: Partial<ResolveOptions> = {}) => {
    const contents = { "/app/main": program(["libx.so"], { runpath }) };
    const tried = triedForFirst(contents, { systemDirs: ["/lib/x86_64-linux-gnu"], ...options });
    return tried.find((text) => text.startsWith("runpath"));
  };

  it.each([
    ["$ORIGIN/lib", "/app/lib"],
    ["${ORIGIN}/lib", "/app/lib"],
    ["/opt/$LIB", "/opt/lib/x86_64-linux-gnu"],
    ["/opt/${PLATFORM}", "/opt/x86_64"],
    ["/o/$ORIGINAL", "/o/$ORIGINAL"],
    ["/o/${ORIGIN", "/o/${ORIGIN"],
    ["/o/$OTHER$", "/o/$OTHER$"],
    ["$ORIGIN:/never", "/app"],
  ])("%s", (runpath, directory) => expect(place(runpath)).toBe(`runpath ${directory}/libx.so absent`));

  it("$LIB and $PLATFORM are as given, and $LIB else as in the system directories", () => {
    expect(place("/$LIB", { lib: "lib32" })).toBe("runpath /lib32/libx.so absent");
    expect(place("/$PLATFORM", { platform: "haswell" })).toBe("runpath /haswell/libx.so absent");
    expect(place("/x/$LIB", { systemDirs: ["/usr/lib64"] })).toBe("runpath /x/lib64/libx.so absent");
    expect(place("/x/$LIB", { systemDirs: ["/gnu/store/abc-glibc/lib"] })).toBe("runpath /x/lib/libx.so absent");
  });

  it("$ORIGIN of a program is where links lead to; of a library, where it was opened", () => {
    const tree = resolve({
      "/app/main": link("/opt/app/bin/main"),
      "/opt/app/bin/main": program(["liba.so"], { rpath: "$ORIGIN/../lib" }),
      "/opt/app/lib/liba.so": link("/elsewhere/liba.so.1"),
      "/elsewhere/liba.so.1": library(["libx.so"], { runpath: "$ORIGIN" }),
      "/opt/app/lib/libx.so": X,
      "/elsewhere/libx.so": X,
    });

    expect(edges(tree)).toEqual({
      "/app/main": ["liba.so: /opt/app/bin/../lib/liba.so by rpath of /app/main"],
      "/opt/app/bin/../lib/liba.so": ["libx.so: /opt/app/bin/../lib/libx.so by runpath of /opt/app/bin/../lib/liba.so"],
    });
    expect(tree.objects[1]!.realPath).toBe("/elsewhere/liba.so.1");
    expect(tree.root.realPath).toBe("/opt/app/bin/main");
  });
});

describe("what is loaded once", () => {
  it("by name, by DT_SONAME, by file", () => {
    const tree = resolve({
      "/app/main": program(["liba.so", "libb.so", "libx.so.1", "libx.so", "libalias.so"], { runpath: "/r" }),
      "/r/liba.so": library(["libb.so"]),
      "/r/libb.so": Y,
      "/r/libx.so.1": X,
      "/r/libalias.so": link("/lib/libtarget.so"),
      "/lib/libtarget.so": Y,
      "/r/libtarget.so": link("/lib/libtarget.so"),
    });

    expect(tree.root.needs.map(said)).toEqual([
      "liba.so: /r/liba.so by runpath of /app/main",
      "libb.so: /r/libb.so by runpath of /app/main",
      "libx.so.1: /r/libx.so.1 by runpath of /app/main",
      "libx.so: /r/libx.so.1 by loaded",
      "libalias.so: /r/libalias.so by runpath of /app/main",
    ]);
    expect(edges(tree)["/r/liba.so"]).toEqual(["libb.so: /r/libb.so by loaded"]);
  });

  it("two names of one file", () => {
    const tree = resolve({
      "/app/main": program(["liba.so", "libalias.so"]),
      "/lib/liba.so": X,
      "/lib/libalias.so": link("liba.so"),
    });

    expect(tree.root.needs.map(said)).toEqual([
      "liba.so: /lib/liba.so by default",
      "libalias.so: /lib/liba.so by loaded",
    ]);
    expect(tries(tree.root.needs[1]!)).toEqual(["default /lib/libalias.so found"]);
    expect(paths(tree)).toEqual(["/app/main", "/lib/liba.so"]);
  });

  it("a hard link, where the files can tell", () => {
    const files = {
      ...memory({ "/app/main": program(["liba.so", "libb.so"]), "/lib/liba.so": X, "/lib/libb.so": X }),
      identity: (path: string) => path.replace("libb", "liba"),
    };
    const tree = resolveLibraries("/app/main", { files, systemDirs: ["/lib"] });
    expect(paths(tree)).toEqual(["/app/main", "/lib/liba.so"]);
  });

  it("circles end, and the order is breadth first", () => {
    const tree = resolve({
      "/app/main": program(["liba.so", "libb.so"]),
      "/lib/liba.so": library(["libc1.so", "libb.so"]),
      "/lib/libb.so": library(["liba.so", "libd.so"]),
      "/lib/libc1.so": library(["libb.so"]),
      "/lib/libd.so": library(["libd.so"]),
    });
    expect(paths(tree)).toEqual(["/app/main", "/lib/liba.so", "/lib/libb.so", "/lib/libc1.so", "/lib/libd.so"]);
  });
});

describe("what glibc makes of files", () => {
  const after = (found: Uint8Array | string) => {
    const tree = resolve({
      "/app/main": program(["libx.so"], { runpath: "/r" }),
      "/r/libx.so": found,
      "/lib/libx.so": X,
    });
    const edge = tree.root.needs[0]!;
    return [said(edge), ...tries(edge)];
  };
  const GOES_ON = [
    "libx.so: /lib/libx.so by default",
    "runpath /r/libx.so other-machine",
    "default /lib/libx.so found",
  ];
  const ENDS = ["libx.so: missing", "runpath /r/libx.so invalid"];
  const changed = (at: number, value: number) => {
    const bytes = X.slice();
    bytes[at] = value;
    return bytes;
  };

  it("after another class or machine the search goes on", () => {
    expect(after(library([], { class: 32 }))).toEqual(GOES_ON);
    expect(after(library([], { machine: EM.AARCH64 }))).toEqual(GOES_ON);
  });

  it.each<[string, Uint8Array | string]>([
    ["a linker script", "GROUP ( /lib/libx.so.1 )"],
    ["an empty file", ""],
    ["a short one", X.subarray(0, 40)],
    ["another byte order", library([], { byteOrder: "big", machine: EM.X86_64 })],
    ["another version of ELF", changed(6, 2)],
    ["another system", changed(7, 9)],
    ["padding of e_ident", changed(12, 1)],
    ["no dynamic section", buildElf({ dynamic: false, interpreter: null })],
    ["a program", program([])],
    ["a fixed program", program([], { type: 2 })],
    ["a relocatable object", buildElf({ type: 1, machine: EM.X86_64 })],
    ["names outside .dynstr", library([], { tags: [{ tag: DT.NEEDED, value: 1 << 30 }] })],
  ])("%s ends the search", (_, bytes) => expect(after(bytes)).toEqual(ENDS));

  it("another ABI is another machine", () => {
    const riscv = (flags: number, needed: string[]) =>
      buildElf({ machine: EM.RISCV, flags, needed, interpreter: null, soname: "m" });
    const tree = resolve({ "/app/main": riscv(4, ["libx.so"]), "/lib/libx.so": riscv(0, []) });
    expect(tries(tree.root.needs[0]!)).toEqual(["default /lib/libx.so other-machine"]);
  });
});

describe("preloads", () => {
  const files = {
    "/app/main": program(["liba.so"], { runpath: "/r" }),
    "/r/liba.so": library(["libx.so"]),
    "/r/libp.so": X,
    "/lib/libq.so": library(["libz.so"]),
    "/lib/libz.so": library(),
    "/etc/ld.so.preload": "# comment libnone.so\n /lib/libq.so:libgone.so",
  };

  it("LD_PRELOAD, then /etc/ld.so.preload, by the program's search path, before what is needed", () => {
    const tree = resolve(files, { env: { LD_PRELOAD: "libp.so:  libmissing.so" } });
    expect(tree.preloads.map(said)).toEqual([
      "libp.so: /r/libp.so by runpath of /app/main",
      "libmissing.so: missing",
      "/lib/libq.so: /lib/libq.so by path",
      "libgone.so: missing",
    ]);
    expect(paths(tree)).toEqual(["/app/main", "/r/libp.so", "/lib/libq.so", "/r/liba.so", "/lib/libz.so"]);
    expect(edges(tree)["/r/liba.so"]).toEqual(["libx.so: /r/libp.so by loaded"]);
    // The loader goes on without them.
    expect(tree.missing).toEqual([]);
  });

  it("secure mode: only set-user-ID files in trusted directories", () => {
    const isSetuid = (path: string) => path === "/lib/libq.so";
    const contents = { ...files, "/etc/ld.so.preload": "" };
    const options = { env: { LD_PRELOAD: "/r/libp.so libz.so libq.so" }, secure: true };

    const withRights = { ...memory(contents), isSetuid };
    const tree = resolveLibraries("/app/main", { files: withRights, systemDirs: ["/lib"], ...options });
    expect(tree.preloads.map(said)).toEqual(["libz.so: missing", "libq.so: /lib/libq.so by default"]);

    const { preloads } = resolve(contents, options);
    expect(preloads.map(said)).toEqual(["libz.so: missing", "libq.so: missing"]);
  });
});

describe("secure mode", () => {
  it("takes nothing from LD_LIBRARY_PATH", () => {
    const options = { secure: true, env: { LD_LIBRARY_PATH: "/e" } };
    expect(triedForFirst({ "/app/main": program(["libx.so"]) }, options)).toEqual(["default /lib/libx.so absent"]);
  });

  it.each([
    ["$ORIGIN/../lib/sub", "/app/../lib/sub"],
    ["$ORIGIN/../opt", null],
    ["/x$ORIGIN", null],
    ["$ORIGIN$ORIGIN", null],
    ["$ORIGINAL", "/$ORIGINAL"],
    ["/opt/$LIB", "/opt/lib"],
    ["$ORIGIN/../library", null],
  ])("the program's %s", (runpath, directory) => {
    const tried = triedForFirst({ "/app/main": program(["libx.so"], { runpath }) }, { secure: true });
    const wanted = directory === null ? [] : [`runpath ${directory}/libx.so absent`];
    expect(tried.filter((text) => text.startsWith("runpath"))).toEqual(wanted);
  });

  it("a library's $ORIGIN is trusted", () => {
    const tree = resolve(
      {
        "/app/main": program(["liba.so"], { runpath: "/opt" }),
        "/opt/liba.so": library(["libx.so"], { runpath: "$ORIGIN/sub" }),
        "/opt/sub/libx.so": X,
      },
      { secure: true },
    );
    expect(edges(tree)["/opt/liba.so"]).toEqual(["libx.so: /opt/sub/libx.so by runpath of /opt/liba.so"]);
  });
});

describe("subdirectories for processors", () => {
  const files = (...names: string[]) => ({
    "/app/main": program(["libx.so"], { runpath: "/r" }),
    ...Object.fromEntries(names.map((name) => [`/r/${name}`, X])),
  });
  const found = (contents: Contents, options: Partial<ResolveOptions>) =>
    resolve(contents, options).root.needs[0]!.object?.path;

  it("the best that the processor supports; a level includes those below", () => {
    const all = files(
      "glibc-hwcaps/x86-64-v4/libx.so",
      "glibc-hwcaps/x86-64-v3/libx.so",
      "glibc-hwcaps/x86-64-v2/libx.so",
      "libx.so",
    );

    expect(found(all, {})).toBe("/r/libx.so");
    expect(found(all, { hwcaps: "x86-64-v3" })).toBe("/r/glibc-hwcaps/x86-64-v3/libx.so");
    expect(found(all, { hwcaps: ["x86-64-v2"] })).toBe("/r/glibc-hwcaps/x86-64-v2/libx.so");
    expect(found(files("glibc-hwcaps/x86-64-v2/libx.so", "libx.so"), { hwcaps: "x86-64-v4" })).toBe(
      "/r/glibc-hwcaps/x86-64-v2/libx.so",
    );
    expect(found(files("glibc-hwcaps/power9/libx.so"), { hwcaps: "power10" })).toBe("/r/glibc-hwcaps/power9/libx.so");
    expect(found(files("glibc-hwcaps/z14/libx.so"), { hwcaps: "z15" })).toBe("/r/glibc-hwcaps/z14/libx.so");
  });

  it("an earlier directory comes before a better level in a later one", () => {
    const contents = {
      "/app/main": program(["libx.so"], { runpath: "/q:/r" }),
      "/q/libx.so": X,
      "/r/glibc-hwcaps/x86-64-v3/libx.so": X,
    };
    expect(found(contents, { hwcaps: "x86-64-v3" })).toBe("/q/libx.so");
  });

  it("tls and the platform's, for loaders before glibc 2.37", () => {
    const loader = (release: string) =>
      buildElf({
        soname: "ld-linux-x86-64.so.2",
        needed: [],
        overlay: new TextEncoder().encode(`\0ld.so (GNU) stable release version ${release}.\0`),
      });
    const of = (release: string, ...names: string[]) =>
      found({ ...files(...names), [LOADER]: loader(release) }, { legacyHwcaps: ["haswell", "x86_64"] });

    expect(of("2.36", "tls/haswell/libx.so", "haswell/x86_64/libx.so", "libx.so")).toBe("/r/tls/haswell/libx.so");
    expect(of("2.36", "haswell/libx.so", "tls/x86_64/libx.so", "libx.so")).toBe("/r/tls/x86_64/libx.so");
    expect(of("2.17", "x86_64/libx.so", "libx.so")).toBe("/r/x86_64/libx.so");
    expect(of("2.37", "tls/haswell/libx.so", "libx.so")).toBe("/r/libx.so");
  });

  it("a loader from before glibc 2.33 knows nothing of glibc-hwcaps", () => {
    const all = files("glibc-hwcaps/x86-64-v2/libx.so", "tls/libx.so", "libx.so");
    const withLoader = (text: string) => {
      const overlay = new TextEncoder().encode(`\0\0/lib64/\0/usr/lib64/\0${text}\0`);
      return found({ ...all, [LOADER]: library([], { overlay }) }, { hwcaps: "x86-64-v2" });
    };

    expect(withLoader("")).toBe("/r/tls/libx.so");
    expect(withLoader("glibc-hwcaps/")).toBe("/r/glibc-hwcaps/x86-64-v2/libx.so");
  });
});

describe("the loader", () => {
  const loader = (dirs: string) =>
    library([], { soname: "ld-linux-x86-64.so.2", overlay: new TextEncoder().encode(`\0/proc/self/fd/\0\0${dirs}\0`) });

  it("is loaded already, by any of its names", () => {
    const tree = resolve({
      "/app/main": program(["libx.so", "ld-linux-x86-64.so.2"]),
      "/lib/libx.so": library([LOADER]),
      [LOADER]: loader(""),
    });

    expect(said(tree.interpreter!)).toBe(`${LOADER}: ${LOADER} by interpreter`);
    expect(edges(tree)).toEqual({
      "/app/main": ["libx.so: /lib/libx.so by default", `ld-linux-x86-64.so.2: ${LOADER} by loader`],
      "/lib/libx.so": [`${LOADER}: ${LOADER} by loader`],
    });
    expect(paths(tree)).toEqual(["/app/main", "/lib/libx.so", LOADER]);
  });

  it("that nobody needs is no object; a missing one is missing", () => {
    const contents = { "/app/main": program(["libx.so"]), "/lib/libx.so": X };
    const tree = resolve({ ...contents, [LOADER]: loader("") });
    expect([paths(tree), tree.interpreter!.object!.path]).toEqual([["/app/main", "/lib/libx.so"], LOADER]);

    const without = resolveLibraries("/app/main", { files: memory(contents), systemDirs: ["/lib"] });
    expect(without.missing.map((missing) => said(missing.edge))).toEqual([`${LOADER}: missing`]);
    expect(tries(without.interpreter!)).toEqual([`interpreter ${LOADER} absent`]);
  });

  it("says which directories are the system's", () => {
    const at = (dirs: string) => {
      const files = memory({ "/app/main": program(["libx.so"]), [LOADER]: loader(dirs) });
      return resolveLibraries("/app/main", { files }).root.needs[0]!.tried.map((place) => place.path);
    };

    expect(at("/lib64/\0/usr/lib64/\0")).toEqual(["/lib64/libx.so", "/usr/lib64/libx.so"]);
    expect(at("/gnu/store/abc-glibc-2.35/lib/\0")).toEqual(["/gnu/store/abc-glibc-2.35/lib/libx.so"]);
  });

  it("without one: where distributions have libraries", () => {
    const at = (contents: Contents, main = program(["libx.so"])) => {
      const { root } = resolveLibraries("/app/main", { files: memory({ "/app/main": main, ...contents }) });
      return root.needs[0]!.tried.map((place) => place.path.replace("/libx.so", ""));
    };

    expect(at({})).toEqual(["/lib64", "/usr/lib64", "/lib", "/usr/lib"]);
    expect(at({ "/usr/lib/x86_64-linux-gnu/libz.so.1": X })).toEqual([
      "/lib/x86_64-linux-gnu",
      "/usr/lib/x86_64-linux-gnu",
      "/lib64",
      "/usr/lib64",
      "/lib",
      "/usr/lib",
    ]);
    expect(at({}, program(["libx.so"], { class: 32 }))).toEqual(["/lib", "/usr/lib"]);
  });

  it("of a library is the one that the system has", () => {
    const tree = resolve({
      "/app/main": library(["libx.so"]),
      "/lib/libx.so": library(["ld-linux-x86-64.so.2"]),
      [LOADER]: loader(""),
    });

    expect(tree.interpreter!.object!.path).toBe(LOADER);
    expect(paths(tree)).toEqual(["/app/main", "/lib/libx.so", LOADER]);

    const without = resolveLibraries("/app/main", { files: memory({ "/app/main": library(["libx.so"]) }) });
    expect(without.interpreter).toBeNull();
  });
});

describe("filters", () => {
  const tagged = (name: string, tag: number): Uint8Array => {
    // The name is in .dynstr as that of a needed library: the tag takes its offset.
    const probe = library([name]);
    const { root } = resolveLibraries("/p", { files: memory({ "/p": probe }), rules: "glibc" });
    const value = root.elf.dynamic!.get(DT.NEEDED)!;
    return library([name], { tags: [{ tag, value }] });
  };

  it("a filtee's symbols come before the filter's", () => {
    const tree = resolve({
      "/app/main": program(["liba.so", "libb.so"]),
      "/lib/liba.so": tagged("libf.so", DT.FILTER),
      "/lib/libb.so": library(),
      "/lib/libf.so": library(["libx.so"]),
      "/lib/libx.so": Y,
    });

    expect(paths(tree)).toEqual(["/app/main", "/lib/libf.so", "/lib/liba.so", "/lib/libb.so", "/lib/libx.so"]);
    expect(tree.objects[2]!.needs.map((edge) => [edge.name, edge.tag])).toEqual([
      ["libf.so", undefined],
      ["libf.so", "DT_FILTER"],
    ]);
  });

  it("a missing auxiliary one does not matter", () => {
    const tree = resolve({ "/app/main": program(["liba.so"]), "/lib/liba.so": tagged("libf.so", DT.AUXILIARY) });
    expect(tree.missing.map(({ edge }) => [edge.name, edge.tag])).toEqual([["libf.so", undefined]]);
    expect(tree.objects[1]!.needs).toHaveLength(1);
  });
});

describe("odd programs", () => {
  it("a static program has no preloads, one that needs no library has some", () => {
    const loaded = (main: Uint8Array) =>
      paths(resolve({ "/app/main": main, "/etc/ld.so.preload": "libx.so", "/lib/libx.so": X }));

    expect(loaded(program([], { interpreter: null, dynamic: false }))).toEqual(["/app/main"]);
    expect(loaded(program([]))).toEqual(["/app/main", "/lib/libx.so"]);
  });

  it.each<[string, string, Uint8Array | undefined]>([
    ["IO", "no file", undefined],
    ["NOT_ELF", "text", new TextEncoder().encode("#!/bin/sh")],
    ["RELOCATABLE", "an object", buildElf({ type: 1 })],
    ["UNSUPPORTED", "a core file", buildElf({ type: 4 })],
    ["UNSUPPORTED", "a separate debug file", patch(fixture("x86_64-glibc-pie"), [onlyKeepDebug()]).bytes],
  ])("%s: %s", (code, _, bytes) => {
    expect(() => resolve(bytes ? { "/app/main": bytes } : {})).toThrow(expect.objectContaining({ code }));
  });

  it("millions of places to look at are refused at once", () => {
    const names = Array.from({ length: 3000 }, (_, i) => `lib${i}.so`);
    const runpath = Array.from({ length: 3000 }, (_, i) => `/directory/number/${i}`).join(":");
    expect(() => resolve({ "/app/main": program(names, { runpath }) })).toThrow(
      expect.objectContaining({ code: "MALFORMED" }),
    );
  });
});
