/** A fault of examples/testing/packager.cjs, and the matcher that finds it. */
export interface PackagerFault {
  /** What is wrong, in words; also the name of its folder. */
  readonly name: string;
  /** Text of the packager, which stands there once, and what stands there instead. */
  readonly was: string;
  readonly is: string;
  /** The title of the test that fails. */
  readonly test: string;
  /** Parts of the message: what was expected, and the fault itself. */
  readonly says: readonly string[];
}

/** The end of `packProgram`, for faults that change what `patch` has made. */
const MADE = "  ];\n  return patch(bytes, edits).bytes;\n}\n\n/**\n * A library";

const changing = (work: string): string =>
  `  ];\n  const made = patch(bytes, edits).bytes;\n  ${work}\n  return made;\n}\n\n/**\n * A library`;

const HEADERS = 'require("elfwright").readElf(made)';

/** Ten and some faults, one for each matcher at least. */
export const PACKAGER_FAULTS: readonly PackagerFault[] = [
  {
    name: "runpath-of-another-folder",
    was: 'setRunpath("$ORIGIN/../lib")',
    is: 'setRunpath("$ORIGIN/lib")',
    test: "starts with the system's loader, and finds its libraries beside it",
    says: ['to have the runpath "$ORIGIN/../lib"', 'found:    "$ORIGIN/lib"', "dynamic section at offset 0x"],
  },
  {
    name: "rpath-for-runpath",
    was: 'setRunpath("$ORIGIN/../lib")',
    is: 'require("elfwright").setRpath("$ORIGIN/../lib")',
    test: "starts with the system's loader, and finds its libraries beside it",
    says: ['to have the runpath "$ORIGIN/../lib"', 'DT_RPATH "$ORIGIN/../lib", which is another tag'],
  },
  {
    name: "loader-of-the-sandbox",
    was: "    setInterpreter(LOADER),\n",
    is: "",
    test: "starts with the system's loader, and finds its libraries beside it",
    says: ['to have the interpreter "/lib64/ld-linux-x86-64.so.2"', 'found:    "/sandbox/lib/ld-linux-x86-64.so.2"'],
  },
  {
    name: "libraries-not-replaced",
    was: "    replaceNeeded(SHIPPED),\n    setRunpath",
    is: "    setRunpath",
    test: "needs the libraries that are shipped",
    says: ['to need "libssl.so.3" and "libapp.so.2"', 'found:    "libssl.so.1.1", "libapp.so.2", "libc.so.6"'],
  },
  {
    name: "old-library-kept",
    was: "    replaceNeeded(SHIPPED),\n    setRunpath",
    is: '    require("elfwright").addNeeded("libssl.so.3"),\n    setRunpath',
    test: "needs the libraries that are shipped",
    says: ['not to need "libssl.so.1.1"', 'expected: no "libssl.so.1.1"', '"libssl.so.3"'],
  },
  {
    name: "newer-glibc",
    was: "    replaceNeeded(SHIPPED),\n    setRunpath",
    is: '    replaceNeeded(SHIPPED),\n    require("elfwright").setSymbolVersion("puts", "GLIBC_2.38"),\n    setRunpath',
    test: "runs on CentOS 7",
    says: ["to require glibc 2.17 at most", "found:    GLIBC_2.38 of libc.so.6: puts"],
  },
  {
    name: "library-of-musl",
    was: "replaceNeeded(SHIPPED),\n    setRunpath",
    is: 'replaceNeeded({ ...SHIPPED, "libapp.so.2": "libapp.so.2" }),\n    require("elfwright").addNeeded("libc.musl-x86_64.so.1"),\n    setRunpath',
    test: "runs on CentOS 7",
    says: ["to run on centos7 (glibc 2.17)", "libc.musl-x86_64.so.1"],
  },
  {
    name: "code-changed",
    was: MADE,
    is: changing(`made[${HEADERS}.offsetOf(${HEADERS}.header.entry)] ^= 1;`),
    test: "is the program that was built",
    says: ["to be the program that it was", "damage in memory", "0x"],
  },
  {
    name: "section-header-broken",
    was: MADE,
    is: changing(`made[${HEADERS}.header.shoff + 64 + 40] = 99; // sh_link of section 1`),
    test: "is laid out as loaders and strip want it",
    says: ["to pass the layout checks", "99"],
  },
  {
    name: "headers-broken",
    was: MADE,
    is: changing(`made[${HEADERS}.header.shoff + 64 + 40] = 99;`),
    test: "has no fault that it had not before",
    says: ["to introduce no findings", "expected: no finding that the file before has not"],
  },
  {
    name: "time-of-the-build",
    was: MADE,
    is: changing("return Buffer.concat([made, Buffer.from(` built ${Date.now()}`)]);"),
    test: "is the same each time",
    says: ["to become the same bytes whenever packProgram runs", "first byte at offset 0x"],
  },
  {
    name: "input-changed",
    was: MADE,
    is: changing("bytes[15] ^= 1; // padding of e_ident"),
    test: "is the same each time",
    says: ["packProgram changes the bytes that it is given"],
  },
  {
    name: "not-stripped",
    was: "    stripUnneeded(),\n    removeSections",
    is: "    removeSections",
    test: "is what it was in the last release",
    says: ["symbol table:     yes"],
  },
  {
    name: "name-of-the-sandbox",
    was: "[setSoname(name), ",
    is: "[",
    test: "has the name that programs ask for, and its functions",
    says: ['to have the soname "libapp.so.2"', 'found:    "libapp.so"'],
  },
  {
    name: "function-renamed",
    was: "[setSoname(name), ",
    is: '[setSoname(name), require("elfwright").renameDynamicSymbols("app_start", "app_begin"), ',
    test: "has the name that programs ask for, and its functions",
    says: ['to define the symbol "app_start"', "no symbol of that name"],
  },
  {
    name: "pipeline-of-another-name",
    was: 'packLibrary(library, "libapp.so.2")',
    is: 'packLibrary(library, "libapp.so.3")',
    test: "is the same in a pipeline",
    says: ["to equal the other file", 'dynamic DT_SONAME: "libapp.so.2" -> "libapp.so.3"'],
  },
];
