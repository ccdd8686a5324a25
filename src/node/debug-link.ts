import { crc32 } from "../codec/crc32.js";
import { type AddDebugLink, addDebugLink as link } from "../strip/debug-link.js";
import { openSource } from "./source.js";

/** The bytes of one read. A debug file may be larger than memory. */
const CHUNK = 1 << 20;

/**
 * Names a separate debug file in the file's `.gnu_debuglink`, by its name without the folder and its CRC-32. The debug
 * file is read now, a chunk at a time. gdb and elfutils look for it beside the program, in `.debug/` there, and below
 * `/usr/lib/debug` (gdb's manual, "Separate Debug Files"). `addDebugLink` of the main entry takes bytes or a known sum
 * instead.
 *
 * @param path the finished debug file; debuggers refuse one that has changed since
 * @throws ElfError `IO` if it cannot be read, `BAD_EDIT`; when applied, `OVERLAY`
 * @example
 * import { onlyKeepDebug, stripUnneeded } from "elfwright";
 * import { addFileDebugLink, patchFile } from "elfwright/node";
 * await patchFile("server", [onlyKeepDebug()], { output: "server.debug" });
 * await patchFile("server", [stripUnneeded(), addFileDebugLink("server.debug")]);
 */
export function addFileDebugLink(path: string): AddDebugLink {
  const source = openSource(path);
  try {
    let crc = 0;
    for (let at = 0; at < source.size; at += CHUNK) {
      crc = crc32(source.read(at, Math.min(CHUNK, source.size - at)), crc);
    }
    return link(path, crc);
  } finally {
    source.close();
  }
}
