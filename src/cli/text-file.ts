import { readFileSync } from "node:fs";
import { decodeText, isLossless } from "../codec/bytes.js";
import { fail } from "../error.js";
import { onFile } from "../node/source.js";

/**
 * The text of a file that an option names.
 *
 * @throws ElfError `IO` where the file cannot be read, `BAD_EDIT` where it is not UTF-8: the ELF file would get another
 *   text
 */
export function fileText(path: string, option: string): string {
  let bytes: Uint8Array;
  try {
    bytes = onFile(path, () => readFileSync(path));
  } catch (e) {
    const why = e instanceof Error ? e.message.replace(/^IO: /, "") : String(e);
    return fail("IO", `the file that ${option} names cannot be read: ${why}`, { path });
  }

  if (!isLossless(bytes)) fail("BAD_EDIT", `the file ${path}, which ${option} names, is not UTF-8`, { edit: option });
  return decodeText(bytes);
}
