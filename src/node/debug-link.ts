import { crc32 } from "../codec/crc32.js";
import { type AddDebugLink, addDebugLink as link } from "../strip/debug-link.js";
import { openSource } from "./source.js";

/** What one read takes: a debug file may be larger than memory. */
const CHUNK = 1 << 20;

/**
 * Names a separate debug file, which is read now, a chunk at a time, in the file's `.gnu_debuglink`: its name without
 * the folder, and its CRC-32. gdb and elfutils look for it beside the program, in `.debug/` there and below
 * `/usr/lib/debug` (gdb's manual, "Separate Debug Files"). The core's edit of this name takes bytes or a sum that is
 * known.
 *
 * @param path the debug file as it will be; debuggers refuse one that has changed since
 * @throws ElfError `IO` where it cannot be read, `BAD_EDIT`; when applied, `OVERLAY`
 * @example
 * import { onlyKeepDebug, stripUnneeded } from "elfwright";
 * import { addDebugLink, patchFile } from "elfwright/node";
 * await patchFile("server", [onlyKeepDebug()], { output: "server.debug" });
 * await patchFile("server", [stripUnneeded(), addDebugLink("server.debug")]);
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
