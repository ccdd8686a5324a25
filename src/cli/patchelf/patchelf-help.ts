import { COMMON_HELP } from "../rewrite.js";
import { version } from "../version.js";

/** The version whose manual page is the contract. Scripts look for "patchelf" and a number at the start of the line. */
export const patchelfVersion = `patchelf 0.18.0 (elfwright ${version})`;

export const patchelfHelp = `usage: elfwright patchelf OPTIONS FILE…

  --set-interpreter PATH     the dynamic loader (PT_INTERP); also --interpreter
  --print-interpreter
  --set-rpath PATH           the library search path: DT_RUNPATH, a DT_RPATH becomes one; an empty one empties what is there
  --add-rpath PATH           appended to the search path; what is there already is not added again; may be repeated
  --remove-rpath             DT_RUNPATH and DT_RPATH both
  --shrink-rpath             without the directories that hold no needed library which an earlier one has not
  --allowed-rpath-prefixes PREFIXES   with --shrink-rpath: other directories go, too; texts with colons between
  --print-rpath
  --force-rpath              --set-rpath, --add-rpath and --shrink-rpath make DT_RPATH instead
  --replace-needed OLD NEW   rename a needed library, in the version needs too; may be repeated
  --add-needed LIB           need a library, before those that are there; may be repeated
  --remove-needed LIB        need it no more; refused while the file needs versions of it; may be repeated
  --drop-versions            --remove-needed and --remove-version-need forget those versions: any library may define the symbols
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
  --rename-dynamic-symbols FILE   rename symbols, all at once; a line of FILE is an old name and a new one, without versions
  --clear-symbol-version SYMBOL   let it be of any version; may be repeated
  --page-size SIZE           accepted: pages follow from the machine and the file; --raise-alignment makes them larger
  --no-sort, --no-clobber-old-sections   accepted: so it is anyway
  --output FILE              write there; one input file. /dev/null: write nothing
  --debug                    say on stderr where tables go and why; also with PATCHELF_DEBUG in the environment
  --help, -h; --version

What patchelf has not:
  --set-symbol-version SYMBOL VERSION[@LIB]   bind it to another version; SYMBOL may be NAME@VERSION; may be repeated
  --add-version-need LIB VERSION   need a version of a needed library; may be repeated
  --bind SYMBOL              give it the version of the --add-version-need before; may be repeated
  --remove-version-need LIB VERSION   need it no more; refused while symbols have it; may be repeated
  --weaken-version-need LIB VERSION   let ld.so go on where the library has it not; may be repeated
  --add-hash, --add-gnu-hash   the hash table DT_HASH or DT_GNU_HASH, where it is missing
  --raise-alignment SIZE     make it fit for pages of 16384 or 65536 bytes, without moving addresses
  --overlay keep|keep-in-place|drop   what to do with bytes behind the end of the ELF file
${COMMON_HELP}

A value @FILE is what FILE holds, without a line end at its end (not for --replace-needed and what patchelf has not). An empty value asks for
nothing. Of --shrink-rpath, --remove-rpath, --set-rpath and --add-rpath the first in this order acts. All edits of one call are one rewrite;
--print-… says what was there before. Notes (an edit that matched nothing) go to stderr. A file that is refused does not keep the others from
their turn. Exit 0 done, 1 refused or wrong usage.`;
