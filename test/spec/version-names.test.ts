import { describe, expect, it } from "vitest";
import { compareVersions, newest, parseVersionName } from "../../src/spec/version-names.js";

describe("a version's name", () => {
  it.each([
    ["GLIBC_2.34", "GLIBC", "2.34", true],
    ["GLIBC_2.2.5", "GLIBC", "2.2.5", true],
    ["GLIBCXX_3.4.30", "GLIBCXX", "3.4.30", true],
    ["GCC_4.8.0", "GCC", "4.8.0", true],
    ["CXXABI_TM_1", "CXXABI_TM", "1", true],
    ["CXXABI_LDBL_1.3", "CXXABI_LDBL", "1.3", true],
    ["CXXABI_FLOAT128", "CXXABI", "FLOAT128", false],
    ["GLIBC_PRIVATE", "GLIBC", "PRIVATE", false],
    ["GLIBC_ABI_DT_RELR", "GLIBC", "ABI_DT_RELR", false],
    ["LIBPAM_EXTENSION_1.0", "LIBPAM_EXTENSION", "1.0", true],
    ["OPENSSL_1_1_0", "OPENSSL", "1.1.0", true],
    ["OPENSSL_1_1_1d", "OPENSSL", "1.1.1d", true],
    ["OPENSSL_3.0.0", "OPENSSL", "3.0.0", true],
    ["krb5_3_MIT", "krb5", "3_MIT", true],
    ["gssapi_krb5_2_MIT", "gssapi_krb5", "2_MIT", true],
    ["HEIMDAL_KRB5_2.0", "HEIMDAL_KRB5", "2.0", true],
    ["NCURSES6_TINFO_5.0.19991023", "NCURSES6_TINFO", "5.0.19991023", true],
    ["XZ_5.1.2alpha", "XZ", "5.1.2alpha", true],
    ["PNG16_0", "PNG16", "0", true],
    ["LIBSYSTEMD_209", "LIBSYSTEMD", "209", true],
    ["GNUTLS_3_4", "GNUTLS", "3.4", true],
    ["Qt_5_PRIVATE_API", "Qt", "5_PRIVATE_API", false],
    ["LIBC", "LIBC", "", false],
    ["LIBC_N", "LIBC", "N", false],
    ["", "", "", false],
    ["2.0", "2.0", "", false],
    ["_1", "", "1", false],
  ])("%s", (name, family, version, numeric) => {
    expect(parseVersionName(name)).toEqual({ family, version, numeric });
  });

  it("takes time in proportion to its length, whatever it is", () => {
    for (const hostile of [
      "_1".repeat(200_000),
      "A_".repeat(200_000),
      "1".repeat(400_000),
      `GLIBC_${"2.".repeat(200_000)}`,
      `x_1${"a".repeat(400_000)}!`,
      `x_${"1_".repeat(100_000)}A`,
    ]) {
      expect(parseVersionName(hostile).family.length).toBeLessThanOrEqual(hostile.length);
      expect(compareVersions(hostile, hostile)).toBe(0);
    }
  });
});

describe("versions are compared number by number", () => {
  it.each([
    ["2.4", "2.17"],
    ["2.2", "2.2.5"],
    ["2.2.5", "2.3"],
    ["2.9", "2.10"],
    ["1.1.24", "1.2.0"],
    ["3.4.9", "3.4.30"],
    ["1.1.1", "1.1.1d"],
    ["1.1.1c", "1.1.1d"],
    ["2_MIT", "10_MIT"],
    ["2", "2.0"],
    ["", "0"],
  ])("%s is older than %s", (a, b) => {
    expect(compareVersions(a, b)).toBeLessThan(0);
    expect(compareVersions(b, a)).toBeGreaterThan(0);
    expect(compareVersions(a, a)).toBe(0);
    expect([newest([b, a]), newest([a, b])]).toEqual([b, b]);
  });

  it("and sorting by it is sorting by release", () => {
    const all = ["2.17", "2.2.5", "2.34", "2.4", "2.3.4", "2.3", "2.10"];
    expect(all.sort(compareVersions)).toEqual(["2.2.5", "2.3", "2.3.4", "2.4", "2.10", "2.17", "2.34"]);
  });
});
