import { describe, expect, it } from "vitest";
import { requirementsOf } from "../../src/diagnose/versions/required.js";
import { wheelTag } from "../../src/diagnose/wheel/wheel-tag.js";
import { readElf } from "../../src/index.js";
import { EM } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { tables } from "../../src/targets/index.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { ENCODINGS } from "../support/elf.js";
import { factsOf, needing, needsOf } from "../support/facts.js";

const GLIBC = { libc: "glibc" } as const;
const MUSL = { libc: "musl" } as const;

describe("required versions", () => {
  it("are the highest of each family, compared by numbers, with the patch level", () => {
    const bytes = needing([
      "a@GLIBC_2.4",
      "b@GLIBC_2.17",
      "c@GLIBC_2.2.5",
      "d@GLIBCXX_3.4.9@libstdc++.so.6",
      "e@GLIBCXX_3.4.30@libstdc++.so.6",
      "f@CXXABI_1.3.9@libstdc++.so.6",
      "g@GCC_3.0@libgcc_s.so.1",
      "h@OPENSSL_1_1_0@libcrypto.so.1.1",
      "i@krb5_3_MIT@libkrb5.so.3",
    ]);
    const { required, floor } = needsOf(bytes, GLIBC);

    expect(required).toEqual({
      glibc: "2.17",
      glibcxx: "3.4.30",
      cxxabi: "1.3.9",
      gcc: "3.0",
      openssl: "1.1.0",
      krb5: "3_MIT",
    });
    expect(floor.map(({ family, version, symbols }) => `${family} ${version}: ${symbols.join()}`)).toEqual([
      "GLIBC 2.17: b",
      "GLIBC 2.4: a",
      "GLIBC 2.2.5: c",
      "GLIBCXX 3.4.30: e",
      "GLIBCXX 3.4.9: d",
      "CXXABI 1.3.9: f",
      "GCC 3.0: g",
      "OPENSSL 1.1.0: h",
      "krb5 3_MIT: i",
    ]);
    expect(floor[3]).toEqual({
      library: "libstdc++.so.6",
      family: "GLIBCXX",
      version: "3.4.30",
      symbols: ["e"],
      weak: false,
      source: "version",
    });
  });

  it("do not count weak needs, unless a symbol has to be found there", () => {
    const weak = needing(["a@GLIBC_2.17", "b@GLIBC_2.36?"], { weak: ["GLIBC_2.36"] });
    const strong = needing(["a@GLIBC_2.17", "b@GLIBC_2.36"], { weak: ["GLIBC_2.36"] });

    expect([needsOf(weak, GLIBC).required["glibc"], needsOf(strong, GLIBC).required["glibc"]]).toEqual([
      "2.17",
      "2.36",
    ]);
    expect(needsOf(weak, GLIBC).floor[0]).toMatchObject({ version: "2.36", symbols: ["b"], weak: true });

    // A weak symbol does not make the version weak: the loader looks for versions before symbols.
    expect(needsOf(needing(["b@GLIBC_2.36?"]), GLIBC).required["glibc"]).toBe("2.36");
  });

  it("understand markers and private versions", () => {
    const relr = needsOf(needing(["a@GLIBC_2.17"], { only: ["GLIBC_ABI_DT_RELR"] }), GLIBC);
    expect(relr.required).toEqual({ glibc: "2.36" });
    expect(relr.floor[0]).toEqual({
      library: "libc.so.6",
      family: "GLIBC",
      version: "ABI_DT_RELR",
      symbols: [],
      weak: false,
      source: "version",
    });
    expect(relr.distributions).toContain("debian12");
    expect(relr.distributions).not.toContain("ubuntu22.04");

    const bound = needsOf(needing(["a@GLIBC_2.17", "p@GLIBC_PRIVATE"]), GLIBC);
    expect(bound.required).toEqual({ glibc: "2.17" });
    expect(bound.floor[0]).toMatchObject({ version: "PRIVATE", symbols: ["p"] });
    expect([bound.distributions, bound.wheelTag]).toEqual([null, "linux_x86_64"]);

    expect(needsOf(needing([], { only: ["GLIBC_ABI_GNU2_TLS"] }), GLIBC).distributions).toBeNull();
  });

  it("count packed relocations that no version tells of", () => {
    const packed = { tags: [{ tag: DT.RELR, value: 0x1000 }] };
    expect(needsOf(needing(["a@GLIBC_2.17"], packed), GLIBC).required).toEqual({ glibc: "2.36" });
    expect(needsOf(needing(["malloc"], packed), MUSL).required).toEqual({ musl: "1.2.4" });
  });

  it.each(ENCODINGS)("are read of $label files, also without section headers", (e) => {
    for (const headers of [{}, { sectionHeaders: false }]) {
      const bytes = needing(["fopen@GLIBC_2.34", "puts@GLIBC_2.2"], { ...e, ...headers });
      const { required, floor } = needsOf(bytes, GLIBC);
      expect([required, floor[0]!.symbols]).toEqual([{ glibc: "2.34" }, ["fopen"]]);
    }
  });

  it("of a file for musl come from its symbols", () => {
    const symbols = ["malloc", "gettid", "reallocarray", "napi_create_object", "qsort_r?"];
    const needs = needsOf(needing(symbols, { needed: ["libc.musl-x86_64.so.1"] }), MUSL);
    const floor = needs.floor.map((e) => [e.family, e.version, e.symbols.join(), e.weak, e.source, e.library]);

    expect(needs.required).toEqual({ musl: "1.2.2" });
    expect(floor).toEqual([
      ["MUSL", "1.2.3", "qsort_r", true, "symbols", null],
      ["MUSL", "1.2.2", "gettid,reallocarray", false, "symbols", null],
      ["MUSL", "1.1.0", "malloc", false, "symbols", null],
    ]);
    expect(needs.distributions).toContain("alpine3.13");
    expect(needs.distributions).not.toContain("alpine3.12");
    expect(needs.distributions).not.toContain("debian12");
    expect(needs.wheelTag).toBe("musllinux_1_2_x86_64");

    const old = needing(["malloc"], { needed: ["libc.so"] });
    const time64 = needing(["__stat_time64"], { needed: ["libc.so"], class: 32, machine: EM.ARM });
    expect(needsOf(old, MUSL).wheelTag).toBe("musllinux_1_1_x86_64");
    expect(needsOf(time64, MUSL).required).toEqual({ musl: "1.2.0" });
  });

  it("of a file for glibc without versions come from its symbols", () => {
    expect(needsOf(needing(["stat", "printf"]), GLIBC).required).toEqual({ glibc: "2.33" });
    expect(needsOf(needing(["stat", "printf"], { machine: EM.MIPS, class: 64 }), GLIBC).required).toEqual({});
    expect(needsOf(needing(["stat", "printf"]), GLIBC).wheelTag).toBe("manylinux_2_34_x86_64");
  });

  it("of a file for musl with glibc's names may be met by none", () => {
    const needs = needsOf(needing(["printf", "atexit"]), GLIBC);
    expect([needs.distributions, needs.wheelTag]).toEqual([[], "linux_x86_64"]);

    const withLibbsd = needing(["printf", "fgetln"], { needed: ["libbsd.so.0", "libc.so.6"] });
    expect(needsOf(withLibbsd, GLIBC).distributions).toBeNull();
  });
});

describe("the distributions that a file runs on", () => {
  it("are all for a static one, none of the tables' for another C library, and unknown where nothing tells", () => {
    const all = tables.distributions.map((d) => d.id);
    const plain = buildElf({ type: 2, dynamic: false, interpreter: null });
    expect(needsOf(plain, { libc: "musl" }).distributions).toEqual(all);
    expect(needsOf(plain).distributions).toBeNull();
    expect(needsOf(needing([]), { libc: "bionic" }).distributions).toEqual([]);
    expect(needsOf(needing([]), { libc: "unknown" }).distributions).toBeNull();

    const interpreterOnly = buildElf({ needed: [] });
    expect(needsOf(interpreterOnly, { libc: "none", linkage: "interpreter-only" }).distributions).toEqual(
      tables.distributions.filter((d) => d.libc === "glibc").map((d) => d.id),
    );
  });

  it("are those with that glibc or a newer one", () => {
    const runningOn = (version: string) => needsOf(needing([`a@GLIBC_${version}`]), GLIBC).distributions!;
    expect(runningOn("2.17")).toContain("centos7");
    expect(runningOn("2.18")).not.toContain("centos7");
    expect(runningOn("2.35")).toContain("ubuntu22.04");
    expect(runningOn("2.36")).not.toContain("ubuntu22.04");
    expect(runningOn("2.42")).toEqual(["ubuntu25.10", "fedora43"]);
  });
});

describe("the platform tag", () => {
  const tag = (bytes: Uint8Array) => needsOf(bytes, GLIBC).wheelTag;

  it("is that of the oldest policy with all versions", () => {
    expect(tag(needing(["a@GLIBC_2.2.5"]))).toBe("manylinux_2_5_x86_64");
    expect(tag(needing(["a@GLIBC_2.17"]))).toBe("manylinux_2_17_x86_64");
    expect(tag(needing(["a@GLIBC_2.18"]))).toBe("manylinux_2_24_x86_64");
    expect(tag(needing(["a@GLIBC_2.34"]))).toBe("manylinux_2_34_x86_64");
    expect(tag(needing(["a@GLIBC_2.17", "b@GLIBCXX_3.4.30@libstdc++.so.6"]))).toBe("manylinux_2_35_x86_64");
    expect(tag(needing([], { only: ["GLIBC_ABI_DT_RELR"] }))).toBe("manylinux_2_36_x86_64");
    expect(tag(needing(["a@GLIBC_2.42"]))).toBe("linux_x86_64");
    // aarch64's 2_17 allows 2.18, as the policy file says.
    expect(tag(needing(["a@GLIBC_2.18"], { machine: EM.AARCH64 }))).toBe("manylinux_2_17_aarch64");
    expect(tag(needing(["a@GLIBC_2.17"], { machine: EM.RISCV }))).toBe("linux_riscv64");
    expect(tag(needing(["a@GLIBC_2.31"], { machine: EM.RISCV }))).toBe("manylinux_2_31_riscv64");
    expect(tag(needing(["a@GLIBC_2.3"], { machine: EM.MIPS }))).toBe("linux_mips64");
  });

  it("counts weak needs, as auditwheel does, and leaves out the loader's", () => {
    expect(tag(needing(["b@GLIBC_2.34?"], { weak: ["GLIBC_2.34"] }))).toBe("manylinux_2_34_x86_64");
    expect(tag(needing(["b@GLIBC_2.35@ld-linux-x86-64.so.2"]))).toBe("manylinux_2_5_x86_64");
  });

  it("needs libraries of the list, except Python's", () => {
    expect(tag(needing(["a@GLIBC_2.17"], { needed: ["libc.so.6", "libX11.so.6", "libpython3.11.so.1.0"] }))).toBe(
      "manylinux_2_17_x86_64",
    );
    expect(tag(needing(["a@GLIBC_2.17"], { needed: ["libc.so.6", "libssl.so.3"] }))).toBe("linux_x86_64");
  });

  it("forbids symbols that not every build of a library has", () => {
    expect(tag(needing(["a@GLIBC_2.2.5", "__cxa_thread_atexit_impl"]))).toBe("manylinux_2_24_x86_64");
    expect(tag(needing(["a@GLIBC_2.2.5", "inflate_table"], { needed: ["libc.so.6", "libz.so.1"] }))).toBe(
      "linux_x86_64",
    );
    expect(tag(needing(["a@GLIBC_2.2.5", "inflate_table"]))).toBe("manylinux_2_5_x86_64");
  });

  it("comes with the obstacles to better ones, the worst first", () => {
    const bytes = needing(["a@GLIBC_2.34", "b@GLIBC_2.17", "c@GLIBC_2.2.5", "d@OPENSSL_3.0.0@libssl.so.3"]);
    expect(wheelTag(readElf(bytes), tables)).toEqual({
      tag: "linux_x86_64",
      obstacles: [
        { kind: "library", name: "libssl.so.3", library: null, symbols: [], allowedBy: null },
        { kind: "version", name: "GLIBC_2.34", library: "libc.so.6", symbols: ["a"], allowedBy: "manylinux_2_34" },
        { kind: "version", name: "GLIBC_2.17", library: "libc.so.6", symbols: ["b"], allowedBy: "manylinux_2_17" },
      ],
    });
  });

  it("is null for relocatable objects and unknown machines", () => {
    expect(needsOf(buildElf({ type: 1 })).wheelTag).toBeNull();
    expect(needsOf(needing(["a@GLIBC_2.17"], { machine: 0x1234 }), GLIBC).wheelTag).toBeNull();
    expect(needsOf(needing([]), { libc: "bionic" }).wheelTag).toBe("linux_x86_64");
  });
});

describe("names that mean something to JavaScript", () => {
  it("are names like all others", () => {
    const odd = ["constructor@constructor_1.2", "__proto__@toString_3", "a@__proto___1", "hasOwnProperty"];
    const { required, wheelTag: tag } = needsOf(needing([...odd, "b@GLIBC_2.17"]), GLIBC);
    expect(required).toEqual({ glibc: "2.17", constructor: "1.2", tostring: "3" });
    expect(tag).toBe("manylinux_2_17_x86_64");
  });
});

describe("without tables", () => {
  it("there is what the file says, and no more", () => {
    const facts = { ...factsOf(needing(["a@GLIBC_2.17"]), GLIBC), tables: null };
    expect(requirementsOf(facts)).toMatchObject({ required: { glibc: "2.17" }, distributions: null, wheelTag: null });
  });
});
