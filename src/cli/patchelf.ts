import type { Edit } from "../request/edits.js";
import { eachFile, OK, REFUSED, type Verb } from "./command.js";
import { type Command, editsOf, parse } from "./patchelf-options.js";
import { answer, type Printed, printAnswer } from "./patchelf-print.js";
import { withFile } from "./read-verbs.js";
import { printRewritten, rewriteFile, type Rewritten } from "./rewrite.js";

/** A file's entry in JSON output: what was printed, what was rewritten. */
type Entry = { readonly file: string; readonly printed?: Printed } | (Rewritten & { readonly printed?: Printed });

function onFile(file: string, edits: readonly Edit[], c: Command): Entry {
  const asks = c.queries.size > 0;
  const printed = asks ? withFile(file, (elf) => answer(elf, c.queries)) : undefined;
  // Before the edits, which may be refused.
  if (printed && !c.json) printAnswer(printed);
  const rewritten = edits.length > 0 || c.output !== undefined || !asks ? rewriteFile(file, edits, c) : { file };
  return printed ? { ...rewritten, printed } : rewritten;
}

export const patchelf: Verb = {
  name: "patchelf",
  summary: "change the interpreter, search path, needed libraries and more; patchelf's own options",
  help: `usage: elfwright patchelf OPTIONS FILE…

  --set-interpreter PATH     the dynamic loader (PT_INTERP); also --interpreter
  --print-interpreter
  --set-rpath PATH           the library search path: DT_RUNPATH, a DT_RPATH becomes one
  --add-rpath PATH           appended to the search path; what is there already is not added again; may be repeated
  --remove-rpath             DT_RUNPATH and DT_RPATH both
  --print-rpath
  --force-rpath              --set-rpath and --add-rpath make DT_RPATH instead
  --replace-needed OLD NEW   rename a needed library, in the version needs too; may be repeated
  --add-needed LIB           need a library, before those that are there; may be repeated
  --remove-needed LIB        need it no more; refused while the file needs versions of it; may be repeated
  --drop-versions            --remove-needed forgets those versions: any library may define the symbols
  --weaken-versions          and the symbols need not be defined at all
  --print-needed
  --set-soname NAME          the library's own name (DT_SONAME)
  --print-soname
  --no-default-lib           search no default directory for libraries (DF_1_NODEFLIB)
  --set-execstack            make the stack executable (PT_GNU_STACK)
  --clear-execstack
  --print-execstack
  --set-os-abi ABI           EI_OSABI: a name such as linux or freebsd, or a number
  --print-os-abi
  --add-debug-tag            DT_DEBUG, where debuggers find the list of libraries
  --raise-alignment SIZE     make it fit for pages of 16384 or 65536 bytes, without moving addresses
  --output FILE              write there; one input file
  --overlay keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
  --dry-run                  say what would change and where it would go, write nothing
  --json                     an array of results (see docs/json.md)

All edits of one call are one rewrite; --print-… says what was there before. Notes (an edit that matched nothing) go to
stderr. A file that is refused does not keep the others from their turn. Exit 0 done, 1 refused or wrong usage.`,
  usageCode: REFUSED,
  run(args) {
    const command = parse(args), edits = editsOf(command);
    const { failed } = eachFile(command.files, command.json, (file) => onFile(file, edits, command), (e) => ("dryRun" in e ? printRewritten(e) : undefined));
    return failed ? REFUSED : OK;
  },
};
