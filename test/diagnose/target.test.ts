import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnose/diagnose.js";
import { readElf } from "../../src/index.js";
import { ET, EM } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { parseTarget } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { fixture } from "../support/elf.js";
import { against, needing } from "../support/facts.js";

const GLIBC = { libc: "glibc" } as const;
const MUSL = { libc: "musl" } as const;
const MUSL_LOADER = "/lib/ld-musl-x86_64.so.1";

/** Findings in short: severity, rule, and the names it is about. */
const brief = (found: ReturnType<typeof against>) =>
  found.map(({ severity, rule, names }) => `${severity} ${rule}${names ? `: ${names.join(" ")}` : ""}`);
const saidOn = (...args: Parameters<typeof against>) => brief(against(...args));

const muslFile = (symbols: readonly string[], options = {}) =>
  needing(symbols, { needed: ["libc.musl-x86_64.so.1"], interpreter: MUSL_LOADER, ...options });

describe("a file for glibc on glibc", () => {
  it("too new: which symbols and versions, by library", () => {
    const bytes = needing([
      "__libc_start_main@GLIBC_2.34",
      "dlopen@GLIBC_2.34",
      "stat@GLIBC_2.33",
      "puts@GLIBC_2.2.5",
      "pow@GLIBC_2.29@libm.so.6",
    ]);
    const [inLibc, ...inOthers] = against(bytes, "centos7", GLIBC);

    expect(inLibc).toEqual({
      rule: "target-version",
      severity: "error",
      names: ["__libc_start_main@GLIBC_2.34", "dlopen@GLIBC_2.34", "stat@GLIBC_2.33"],
      message:
        "libc.so.6 of CentOS 7 (glibc 2.17) has no GLIBC_2.34 (__libc_start_main, dlopen), " +
        'GLIBC_2.33 (stat): the loader stops with "version `GLIBC_2.34\' not found"',
      advice:
        "Build it on a system with glibc 2.17 or older (an image of that release; manylinux2014 has a newer " +
        "compiler), or with `zig cc -target x86_64-linux-gnu.2.17`. glibc 2.17 does not have stat under any " +
        "version; a build there calls __xstat and its like for stat; of the others it has older versions.",
    });
    expect(brief(inOthers)).toEqual(["error target-version: pow@GLIBC_2.29"]);
    expect(inOthers[0]!.advice).toContain("glibc 2.17 has an older version of this symbol");
  });

  it("old enough: nothing", () => {
    for (const target of ["glibc:2.34", "ubuntu22.04", "debian12"]) {
      expect(against(needing(["dlopen@GLIBC_2.34", "puts@GLIBC_2.2.5"]), target, GLIBC)).toEqual([]);
    }
    expect(against(needing(["puts@GLIBC_2.2.5"]), "centos7", GLIBC)).toEqual([]);
  });

  it("weak needs are a note", () => {
    expect(saidOn(needing(["b@GLIBC_2.36?"], { weak: ["GLIBC_2.36"] }), "centos7", GLIBC)).toEqual([
      "note target-version: b@GLIBC_2.36",
    ]);
  });

  it("private and undated versions", () => {
    expect(saidOn(needing(["p@GLIBC_PRIVATE"]), "glibc:2.36", GLIBC)).toEqual([
      "warning target-version: p@GLIBC_PRIVATE",
    ]);

    const tls = needing([], { only: ["GLIBC_ABI_GNU2_TLS"] });
    expect([saidOn(tls, "glibc:2.35", GLIBC), saidOn(tls, "glibc:2.42", GLIBC)]).toEqual([
      ["error target-version: GLIBC_ABI_GNU2_TLS"],
      ["warning target-version: GLIBC_ABI_GNU2_TLS"],
    ]);
  });

  it("packed relocations, marked and not", () => {
    const marked = needing(["puts@GLIBC_2.2.5"], {
      only: ["GLIBC_ABI_DT_RELR"],
      tags: [{ tag: DT.RELR, value: 0x1000 }],
    });
    const bare = needing(["puts@GLIBC_2.2.5"], { tags: [{ tag: DT.RELR, value: 0x1000 }] });

    expect([saidOn(marked, "glibc:2.35", GLIBC), saidOn(marked, "glibc:2.36", GLIBC)]).toEqual([
      ["error target-version: GLIBC_ABI_DT_RELR"],
      [],
    ]);
    expect([saidOn(bare, "glibc:2.35", GLIBC), saidOn(bare, "glibc:2.36", GLIBC)]).toEqual([
      ["error target-loader: DT_RELR"],
      ["error target-loader: DT_RELR"],
    ]);
    expect(against(bare, "glibc:2.36", GLIBC)[0]!.message).toContain("DT_RELR without GLIBC_ABI_DT_RELR dependency");
  });

  it("versions that no glibc gives the symbol on this machine", () => {
    expect(saidOn(needing(["memcpy@GLIBC_2.17"]), "glibc:2.36", GLIBC)).toEqual([
      "warning target-symbol: memcpy@GLIBC_2.17",
    ]);
    expect(saidOn(needing(["memcpy@GLIBC_2.17"], { machine: EM.AARCH64 }), "glibc:2.36", GLIBC)).toEqual([]);
    const ofMips = needing(["memcpy@GLIBC_2.0"], { machine: EM.MIPS, interpreter: "/lib64/ld.so.1" });
    expect(saidOn(ofMips, "glibc:2.36", GLIBC)).toEqual([]);
  });

  it("the compilers' libraries, by what all systems of that age have", () => {
    const bytes = needing([
      "a@GLIBCXX_3.4.29@libstdc++.so.6",
      "b@GLIBCXX_3.4.19@libstdc++.so.6",
      "c@CXXABI_1.3.13@libstdc++.so.6",
      "d@GCC_7.0.0@libgcc_s.so.1",
    ]);
    const found = against(bytes, "centos7", GLIBC);

    expect(brief(found)).toEqual([
      "warning target-runtime: a@GLIBCXX_3.4.29 c@CXXABI_1.3.13",
      "warning target-runtime: d@GCC_7.0.0",
    ]);
    expect(found[0]!.message).toBe(
      "libstdc++.so.6 must have GLIBCXX_3.4.29, CXXABI_1.3.13; " +
        "the systems with glibc 2.17 all have it up to GLIBCXX_3.4.19, CXXABI_1.3.7 only",
    );
    expect(against(bytes, "glibc:2.34", GLIBC)).toEqual([]);
  });

  it("libgcc_s has versions of these names, too", () => {
    const symbols = ["__register_frame_info@GLIBC_2.0@libgcc_s.so.1", "puts@GLIBC_2.17"];
    expect(saidOn(needing(symbols, { machine: EM.AARCH64 }), "debian12", GLIBC)).toEqual([]);
    expect(saidOn(needing(["nosuch@GLIBC_2.17"], { machine: EM.AARCH64 }), "debian12", GLIBC)).toEqual([
      "warning target-symbol: nosuch@GLIBC_2.17",
    ]);
  });

  it("another machine, another loader", () => {
    const target = parseTarget("manylinux_2_17_x86_64");
    const { findings } = diagnose(readElf(fixture("s390x-glibc-pie")), { target });
    expect(findings.filter((x) => x.rule === "wrong-machine").map((x) => x.severity)).toEqual(["error"]);
    expect(findings.filter((x) => x.rule.startsWith("target-"))).toEqual([]);

    const ofNix = needing(["puts@GLIBC_2.2.5"], { interpreter: "/nix/store/x/ld-linux-x86-64.so.2" });
    expect(saidOn(ofNix, "debian12", GLIBC)).toEqual(["note target-interpreter: /nix/store/x/ld-linux-x86-64.so.2"]);
    const elsewhere = needing(["puts@GLIBC_2.2.5"], { interpreter: "/usr/lib/ld-linux-x86-64.so.2" });
    expect(saidOn(elsewhere, "debian12", GLIBC)).toEqual(["warning target-interpreter: /usr/lib/ld-linux-x86-64.so.2"]);
  });

  it("symbols without versions, where none has one", () => {
    // "stat" beside versioned references may be another library's; without any it is glibc's.
    expect(saidOn(needing(["puts@GLIBC_2.2.5", "stat"]), "glibc:2.17", GLIBC)).toEqual([]);
    expect(saidOn(needing(["realpath", "stat"], { machine: EM.AARCH64 }), "glibc:2.17", GLIBC)).toEqual([
      "error target-symbol: stat",
    ]);
  });

  it("which of them bind to the oldest version depends on the release", () => {
    const elf = readElf(needing(["realpath", "pthread_cond_wait", "glob", "free"]));
    const boundToOldest = (target: string) => {
      const { findings } = diagnose(elf, { target: parseTarget(target) });
      return findings.filter((finding) => finding.rule === "oldest-binding").flatMap((finding) => finding.names);
    };

    expect(boundToOldest("glibc:2.17")).toEqual(["realpath", "pthread_cond_wait"]);
    expect(boundToOldest("glibc:2.27")).toEqual(["realpath", "pthread_cond_wait", "glob"]);
  });
});

describe("a file for musl on glibc", () => {
  it("needs another loader, another libc, and symbols that are not there", () => {
    const symbols = ["stat", "strlcpy", "atexit", "malloc", "pow", "napi_create_object", "gettid?"];
    const found = against(muslFile(symbols), "centos7", MUSL);

    expect(brief(found)).toEqual([
      `error target-interpreter: ${MUSL_LOADER}`,
      "error target-libc: musl",
      "error target-loader: libc.musl-x86_64.so.1",
      "error target-symbol: stat strlcpy atexit",
      "error target-library: libm.so.6",
    ]);
    expect(found.find((x) => x.rule === "target-symbol")!.message).toContain(
      "stat (since 2.33), strlcpy (since 2.38), atexit (never in glibc)",
    );

    const onNewer = saidOn(muslFile(["stat", "strlcpy", "atexit"]), "glibc:2.38", MUSL);
    expect(onNewer.filter((x) => x.includes("symbol"))).toEqual(["error target-symbol: atexit"]);
  });

  it("the same where somebody gave it glibc's names", () => {
    const RETARGETED = { libc: "glibc" } as const;
    const bytes = needing(["atexit", "pow", "malloc"]);

    expect(saidOn(bytes, "debian12", RETARGETED)).toEqual([
      "error target-symbol: atexit",
      "error target-library: libm.so.6",
    ]);

    const withLibstdcxx = needing(["pow", "malloc"], { needed: ["libstdc++.so.6", "libc.so.6"] });
    expect(saidOn(withLibstdcxx, "debian12", RETARGETED)).toEqual([]);
  });

  it("the libraries that have a symbol are those of the release", () => {
    const libraries = (target: string) =>
      saidOn(muslFile(["pthread_create", "dlopen", "malloc"]), target, MUSL).filter((x) =>
        x.includes("target-library"),
      );

    expect(libraries("centos7")).toEqual(["error target-library: libpthread.so.0", "error target-library: libdl.so.2"]);
    expect(libraries("glibc:2.34")).toEqual([]);

    const plugin = muslFile(["pow"], { interpreter: null, soname: "a.so" });
    expect(saidOn(plugin, "glibc:2.36", { ...MUSL, linkage: "plugin" })).toContain("warning target-library: libm.so.6");
  });

  it("abi-32bit speaks for 32-bit machines; machines that the tables lack are unknown", () => {
    const ofI386 = needing(["malloc"], { class: 32, machine: EM["386"], needed: ["libc.musl-x86.so.1"] });
    const { findings } = diagnose(readElf(ofI386), { target: parseTarget("glibc:2.36") });
    expect(findings.map((x) => x.rule)).toContain("abi-32bit");

    const ofMips = needing(["malloc"], { machine: EM.MIPS, needed: ["libc.so"], interpreter: null, soname: "x" });
    expect(saidOn(ofMips, "glibc:2.36", MUSL)).toEqual(["error target-libc: musl", "note target-symbol"]);
  });
});

describe("a file for glibc on musl", () => {
  it("needs another loader, libraries that only glibc has, and symbols that are not there", () => {
    const bytes = needing([
      "__printf_chk@GLIBC_2.3.4",
      "__isoc23_strtol@GLIBC_2.38",
      "malloc@GLIBC_2.2.5",
      "gnu_get_libc_version@GLIBC_2.2.5",
      "ns_get16@GLIBC_2.9@libresolv.so.2",
      "SSL_new@OPENSSL_3.0.0@libssl.so.3",
    ]);
    const found = against(bytes, "alpine3.18", GLIBC);

    expect(brief(found)).toEqual([
      "error target-interpreter: /lib64/ld-linux-x86-64.so.2",
      "warning target-libc: glibc",
      "error target-loader: libresolv.so.2",
      "error target-symbol: __printf_chk __isoc23_strtol gnu_get_libc_version",
    ]);
    expect(found.at(-1)!.advice).toContain("_FORTIFY_SOURCE");

    const symbols = ["malloc@GLIBC_2.2.5", "pow@GLIBC_2.29@libm.so.6"];
    const library = needing(symbols, { interpreter: null, soname: "a.so" });
    expect(saidOn(library, "musl", GLIBC)).toEqual(["warning target-libc: glibc"]);
  });
});

describe("a file for musl on musl", () => {
  it("needs a release that has its symbols, under names that the loader takes for others, too", () => {
    expect(saidOn(muslFile(["gettid", "malloc"]), "alpine3.12", MUSL)).toEqual(["error target-version: gettid"]);
    expect(saidOn(muslFile(["gettid", "malloc", "stat64", "napi_x"]), "musl:1.2.5", MUSL)).toEqual([]);
    expect(saidOn(muslFile(["posix_fallocate64"]), "musl:1.2.5", MUSL)).toEqual([
      "error target-version: posix_fallocate64",
    ]);

    const packed = muslFile(["malloc"], { tags: [{ tag: DT.RELR, value: 0x1000 }] });
    expect(saidOn(packed, "alpine3.17", MUSL)).toEqual(["error target-loader: DT_RELR"]);
    expect(saidOn(packed, "alpine3.18", MUSL)).toEqual([]);
  });
});

describe("other files", () => {
  it("static ones run anywhere, those of other C libraries nowhere", () => {
    expect(against(buildElf({ type: ET.EXEC, dynamic: false, interpreter: null }), "centos7")).toEqual([]);
    expect(against(buildElf({ type: ET.REL }), "centos7")).toEqual([]);

    const ofAndroid = needing(["malloc"], { interpreter: null, soname: "a.so", needed: ["libc.so", "liblog.so"] });
    expect(saidOn(ofAndroid, "centos7", { libc: "bionic" })).toEqual(["error target-libc: bionic"]);

    const interpreterOnly = { libc: "none", linkage: "interpreter-only" } as const;
    expect(saidOn(buildElf({ needed: [] }), "alpine3.18", interpreterOnly)).toEqual([
      "error target-interpreter: /lib64/ld-linux-x86-64.so.2",
    ]);
    expect(saidOn(buildElf({ needed: [] }), "centos7", interpreterOnly)).toEqual([]);
  });

  it("a platform tag's policy also limits libraries and compilers' versions", () => {
    const bytes = needing(["secure_getenv@GLIBC_2.17", "b@GLIBCXX_3.4.29@libstdc++.so.6"], {
      needed: ["libc.so.6", "libstdc++.so.6", "libssl.so.3"],
    });

    expect(saidOn(bytes, "manylinux2014", GLIBC)).toEqual(["error target-policy: libssl.so.3 GLIBCXX_3.4.29"]);
    expect(saidOn(needing(["secure_getenv@GLIBC_2.17"]), "manylinux2014", GLIBC)).toEqual([]);

    const withCurl = muslFile(["malloc"], { needed: ["libc.musl-x86_64.so.1", "libcurl.so.4"] });
    expect(saidOn(withCurl, "musllinux_1_2", MUSL)).toEqual(["error target-policy: libcurl.so.4"]);
  });
});

it("findings on a target are as printable, and as few, as all others", () => {
  const evil = "\u001b[2Jlibx.so";
  const versions = Array.from({ length: 150 }, (_, i) => `f@GLIBC_9.${i}@lib${i}.so`);
  const found = against(needing([`f@GLIBC_9.1@${evil}`, ...versions]), "centos7", GLIBC);
  expect(found[0]!.message).toContain("\\u{1b}[2Jlibx.so");
  expect(found.filter((f) => f.rule === "target-version").length).toBe(100);
  for (const { message, advice } of found) expect(message + advice).not.toMatch(/\p{Cc}/u);
});
