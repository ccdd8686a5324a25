import { crc32 } from "../codec/crc32.js";
import { fail } from "../error.js";
import type { AddDebugLink } from "./edits.js";

/**
 * Names the separate debug file in `.gnu_debuglink`, where gdb and elfutils look for it; one that is there is replaced.
 *
 * @param file the debug file's name; debuggers use the part behind the last slash
 * @param debug its bytes, or their CRC-32
 * @throws ElfError `BAD_EDIT`; when applied, `OVERLAY`
 * @example
 * patch(bytes, [stripUnneeded(), addDebugLink("server.debug", await readFile("server.debug"))])
 */
export function addDebugLink(file: string, debug: Uint8Array | number): AddDebugLink {
  const name = typeof file === "string" ? file.slice(file.lastIndexOf("/") + 1) : "";
  if (name === "" || name.includes("\0")) fail("BAD_EDIT", `addDebugLink: ${JSON.stringify(file)} is no file's name`, { edit: "addDebugLink" });
  const crc = typeof debug === "number" ? debug : crc32(debug);
  if (!Number.isInteger(crc) || crc < 0 || crc > 0xffffffff) fail("BAD_EDIT", `addDebugLink: ${JSON.stringify(debug)} is no CRC-32`, { edit: "addDebugLink" });
  return { edit: "addDebugLink", file: name, crc };
}
