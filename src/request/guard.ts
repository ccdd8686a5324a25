import { fail, hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/headers/sections.js";
import { ET, PT } from "../spec/constants.js";
import { type Edit, type EditFamilies, editsDynamic } from "./edits.js";

/** What would leave nothing of a separate debug file. */
const EMPTIES: readonly Edit["edit"][] = ["stripUnneeded", "stripDebug", "stripAll", "dropSectionHeaders"];

/** Refuses edits that this kind of file cannot take, each with its reason (design: a static file has no loader that would read them). */
export function guard(elf: ElfFile, edits: EditFamilies): void {
  const { type } = elf.header, { linkage } = elf;
  if (linkage === "relocatable") {
    const { strip, ...others } = edits;
    if (Object.values(others).some((f: readonly Edit[]) => f.length > 0)) fail("RELOCATABLE", "this is a relocatable object (ET_REL): a linker reads it, no loader does, so it can only be stripped", {});
    if (strip.some((e) => e.edit === "dropSectionHeaders")) fail("RELOCATABLE", "this is a relocatable object (ET_REL): without section headers nothing of it could be found", {});
    if (elf.header.shnum === 0) fail("UNSUPPORTED", "this relocatable object (ET_REL) has no section headers, so nothing of it can be found", { what: "a relocatable object without section headers" });
  }
  if (type !== ET.EXEC && type !== ET.DYN && linkage !== "relocatable") fail("UNSUPPORTED", `e_type ${type} is neither a program nor a library`, { what: `e_type ${type}` });
  const dynamic = editsDynamic(edits), loaders = edits.interpreter.length > 0 || dynamic;
  if (isDebugFile(elf) && (loaders || edits.execstack.length + edits.alignment.length > 0 || edits.strip.some((e) => EMPTIES.includes(e.edit))))
    fail("UNSUPPORTED", "this is a separate debug file: its headers describe bytes that only the file it was made of has, and stripped it would be empty", { what: "a separate debug file" });
  if (!loaders) return;
  if (linkage === "loader") fail("LOADER", "this is the dynamic loader itself: it starts without relocations and reads its own tables before they could be moved", {});
  if (dynamic) {
    if (linkage === "static") fail("STATIC", "this is a static program: it loads no libraries, so it has no search path and needs none", { linkage });
    if (linkage === "static-pie") fail("STATIC", "this is a static-pie program: it relocates itself and loads no libraries; a search path or a library in it would crash it", { linkage });
    // What loaders find by address and tools by offset must be the same bytes before one of them is written.
    const segment = elf.segments.find((s) => s.type === PT.DYNAMIC);
    if (segment && elf.dynamic && elf.dynamic.offset !== segment.offset) fail("MALFORMED", `PT_DYNAMIC's offset ${hex(segment.offset)} and its address lead to different bytes`, { offset: segment.offset });
    if (!elf.dynamic) fail("NO_DYNAMIC", "the file has no dynamic section in its bytes (a separate debug file?)", { type });
  }
  if (edits.interpreter.length > 0 && elf.interpreter === null)
    fail("NO_INTERPRETER", `the file has no PT_INTERP (${linkage === "shared-library" ? "a shared library is loaded by a program's loader" : linkage}), so there is no interpreter to set`, { type });
}
