import { fail, hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { isDebugFile } from "../image/headers/sections.js";
import { PT } from "../spec/constants.js";

/** Kinds of file that are no ordinary program or library. A family says which of them take its edits. */
export type FileKind =
  /** A relocatable object (ET_REL). */
  | "object"
  /** A separate debug file. */
  | "debug-file"
  /** The dynamic loader itself. */
  | "loader"
  /** A static or static-pie program. */
  | "static"
  /** A file without a dynamic section, or one whose dynamic section cannot be reached. */
  | "no-dynamic";

// Written out, without spreads: a bundle drops the families that it does not use.

/** Programs and libraries of every kind, also those whose dynamic section no loader reads. */
export const ANY_PROGRAM: readonly FileKind[] = ["loader", "static", "no-dynamic"];

/** Everything that is ELF. */
export const ANY_ELF: readonly FileKind[] = ["object", "debug-file", "loader", "static", "no-dynamic"];

/** Refusals by kind, in the order of the tests: each throws the reason where the file is of that kind. */
export const REFUSALS: Readonly<Record<FileKind, (elf: ElfFile) => void>> = {
  object: refuseObject,
  "debug-file": refuseDebugFile,
  loader: refuseLoader,
  static: refuseStatic,
  "no-dynamic": refuseNoDynamic,
};

function refuseObject({ linkage }: ElfFile): void {
  if (linkage !== "relocatable") return;
  fail(
    "RELOCATABLE",
    "this is a relocatable object (ET_REL): a linker reads it, no loader does, so it can only be stripped",
    {},
  );
}

/** `UNSUPPORTED` for a separate debug file. */
export function refuseDebugFile(elf: ElfFile): void {
  if (!isDebugFile(elf)) return;
  fail(
    "UNSUPPORTED",
    "this is a separate debug file: its headers describe bytes that only the file it was made of has, " +
      "and stripped it would be empty",
    { what: "a separate debug file" },
  );
}

/** `UNSUPPORTED` for a relocatable object without section headers. */
export function refuseUnfindable({ linkage, header }: ElfFile): void {
  if (linkage !== "relocatable" || header.shnum > 0) return;
  fail("UNSUPPORTED", "this relocatable object (ET_REL) has no section headers, so nothing of it can be found", {
    what: "a relocatable object without section headers",
  });
}

/** `MALFORMED` where no section header can be used, for edits that go by them. */
export function refuseBrokenSections({ header: { brokenSections } }: ElfFile): void {
  if (brokenSections === null) return;
  fail("MALFORMED", `the section header table cannot be used, and this edit goes by it: ${brokenSections}`, {
    offset: 0,
  });
}

function refuseLoader({ linkage }: ElfFile): void {
  if (linkage !== "loader") return;
  fail(
    "LOADER",
    "this is the dynamic loader itself: it starts without relocations " +
      "and reads its own tables before they could be moved",
    {},
  );
}

function refuseStatic({ linkage }: ElfFile): void {
  if (linkage === "static") {
    fail("STATIC", "this is a static program: it loads no libraries, so it has no search path and needs none", {
      linkage,
    });
  }

  if (linkage === "static-pie") {
    fail(
      "STATIC",
      "this is a static-pie program: it relocates itself and loads no libraries; " +
        "a search path or a library in it would crash it",
      { linkage },
    );
  }
}

function refuseNoDynamic({ segments, dynamic, header }: ElfFile): void {
  const segment = segments.find((s) => s.type === PT.DYNAMIC);

  // Loaders go by the address, tools by the offset: both must lead to the same bytes before these are written.
  const isAstray = segment && dynamic && dynamic.offset !== segment.offset;
  if (isAstray) {
    fail("MALFORMED", `PT_DYNAMIC's offset ${hex(segment.offset)} and its address lead to different bytes`, {
      offset: segment.offset,
    });
  }

  if (!dynamic) {
    fail("NO_DYNAMIC", "the file has no dynamic section in its bytes (a separate debug file?)", { type: header.type });
  }
}
