// @ts-check
// A small packager: what the build makes in its sandbox becomes what is installed in /opt/app. Its transforms are
// functions from bytes to bytes, so that the suites beside it need no files: `node packager.cjs IN OUT` has these.
const { addRunpath, patch, removeSections, replaceNeeded } = require("elfwright");
const { setInterpreter, setRunpath, setSoname, stripUnneeded } = require("elfwright");

const LOADER = "/lib64/ld-linux-x86-64.so.2";
/** Names of libraries in the sandbox, and the names that they are shipped by. */
const SHIPPED = { "libssl.so.1.1": "libssl.so.3", "libcrypto.so.1.1": "libcrypto.so.3" };

/**
 * A program as it is installed in /opt/app/bin.
 *
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
function packProgram(bytes) {
  const edits = [
    setInterpreter(LOADER),
    replaceNeeded(SHIPPED),
    setRunpath("$ORIGIN/../lib"),
    stripUnneeded(),
    removeSections(".comment"),
  ];
  return patch(bytes, edits).bytes;
}

/**
 * A library as it is installed in /opt/app/lib.
 *
 * @param {Uint8Array} bytes
 * @param {string} name the name that it is shipped by
 * @returns {Uint8Array}
 */
function packLibrary(bytes, name) {
  const edits = [setSoname(name), replaceNeeded(SHIPPED), addRunpath("$ORIGIN"), stripUnneeded()];
  return patch(bytes, edits).bytes;
}

/**
 * Both, for a pipeline that waits for other work.
 *
 * @param {Uint8Array} program
 * @param {Uint8Array} library
 */
async function packAll(program, library) {
  return { program: packProgram(program), library: packLibrary(library, "libapp.so.2") };
}

module.exports = { packAll, packLibrary, packProgram };

if (require.main === module) {
  const { readFileSync, writeFileSync } = require("node:fs");
  const [from, to] = process.argv.slice(2);
  if (from === undefined || to === undefined) throw new Error("node packager.cjs IN OUT");
  writeFileSync(to, packProgram(readFileSync(from)), { mode: 0o755 });
}
