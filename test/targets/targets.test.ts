import { describe, expect, it } from "vitest";
import { ElfError } from "../../src/error.js";
import { distribution, distributions, glibc, musl, parseTarget, tables } from "../../src/targets/index.js";
import { caught } from "../support/elf.js";

const plain = ({ name, libc, version, policy }: ReturnType<typeof glibc>) =>
  policy ? { name, libc, version, policy } : { name, libc, version };

describe("targets", () => {
  it.each([
    ["centos7", { name: "centos7", libc: "glibc", version: "2.17" }],
    ["CentOS 7", { name: "centos7", libc: "glibc", version: "2.17" }],
    ["ubuntu:22.04", { name: "ubuntu22.04", libc: "glibc", version: "2.35" }],
    ["debian:bookworm-slim", { name: "debian12", libc: "glibc", version: "2.36" }],
    ["ubi9", { name: "rhel9", libc: "glibc", version: "2.34" }],
    ["centos9", { name: "centosstream9", libc: "glibc", version: "2.34" }],
    ["alpine:3.18", { name: "alpine3.18", libc: "musl", version: "1.2.4" }],
    ["al2023", { name: "amazonlinux2023", libc: "glibc", version: "2.34" }],
    ["glibc:2.17", { name: "glibc:2.17", libc: "glibc", version: "2.17" }],
    ["glibc2.28", { name: "glibc2.28", libc: "glibc", version: "2.28" }],
    ["musl", { name: "musl", libc: "musl", version: tables.newest.musl }],
    ["musl:1.2.4", { name: "musl:1.2.4", libc: "musl", version: "1.2.4" }],
    ["manylinux_2_17", { name: "manylinux_2_17", libc: "glibc", version: "2.17", policy: "manylinux_2_17" }],
    ["manylinux2014", { name: "manylinux2014", libc: "glibc", version: "2.17", policy: "manylinux_2_17" }],
    ["musllinux_1_2", { name: "musllinux_1_2", libc: "musl", version: "1.2.0", policy: "musllinux_1_2" }],
  ])("%s", (text, expected) => {
    expect(plain(parseTarget(text))).toEqual(expected);
  });

  it("take a machine by its name, by a header's fields, or from a tag", () => {
    const mips = { machine: 8, class: 32, littleEndian: false } as const;

    expect(glibc("2.17").machine).toBeNull();
    expect(glibc("2.17", "aarch64").machine).toEqual({ machine: 183, class: 64, littleEndian: true });
    expect(musl(undefined, mips).machine).toEqual(mips);
    expect(distribution("centos7", "s390x").machine).toEqual({ machine: 22, class: 64, littleEndian: false });
    expect(parseTarget("manylinux_2_17_i686").machine).toEqual({ machine: 3, class: 32, littleEndian: true });
    expect(parseTarget("manylinux2014_x86_64").machine).toEqual({ machine: 62, class: 64, littleEndian: true });
  });

  it("every id of a distribution is a target", () => {
    for (const { id, libc, version } of distributions) {
      expect(plain(parseTarget(id))).toEqual({ name: id, libc, version });
    }
  });

  it("unknown ones are refused with what is known", () => {
    for (const make of [
      () => parseTarget("centos99"),
      () => parseTarget(""),
      () => parseTarget("glibc"),
      () => glibc("2"),
      () => glibc("99.1"),
      () => musl("1.3.0"),
      () => musl("1.0.5"),
      () => parseTarget("musl:0.9"),
      () => distribution("glibc:2.17"),
      () => parseTarget("manylinux_2_17_vax"),
      () => glibc("2.17", "vax" as "arm"),
    ]) {
      const error = caught(make) as ElfError<"UNKNOWN_TARGET">;
      expect(error.code).toBe("UNKNOWN_TARGET");
      expect(error.detail.known.length).toBeGreaterThan(0);
    }
    expect(caught(() => parseTarget("centos99")).message).toMatch(/"centos99" is no target\. Known are .*centos7/);
  });
});
