// @ts-check
// What the build makes, without a compiler: a program and a library of x86-64, as small as they can be.
const { buildElf } = require("elfwright/testing");

const libc = { file: "libc.so.6", versions: ["GLIBC_2.2.5", "GLIBC_2.14"] };

const program = buildElf({
  interpreter: "/sandbox/lib/ld-linux-x86-64.so.2",
  needed: ["libssl.so.1.1", "libapp.so.2", "libc.so.6"],
  runpath: "/sandbox/lib",
  symbols: [
    { name: "puts", defined: false, version: "GLIBC_2.2.5" },
    { name: "memcpy", defined: false, version: "GLIBC_2.14" },
  ],
  versionNeeds: [libc],
  debugInfo: 100,
});

const library = buildElf({
  soname: "libapp.so",
  needed: ["libcrypto.so.1.1", "libc.so.6"],
  symbols: [{ name: "app_start" }, { name: "puts", defined: false, version: "GLIBC_2.2.5" }],
  versionNeeds: [libc],
});

module.exports = { library, program };
