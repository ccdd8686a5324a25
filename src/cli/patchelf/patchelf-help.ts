import { COMMON_HELP } from "../rewrite.js";
import { version } from "../version.js";

/** The contract is this version's manual page. Scripts look for "patchelf" and a number at the start of the line. */
export const patchelfVersion = `patchelf 0.18.0 (elfwright ${version})`;

export const patchelfHelp = `usage: elfwright patchelf OPTIONS FILE…

  --set-interpreter PATH     set the dynamic loader (PT_INTERP); also --interpreter
  --print-interpreter
  --set-rpath PATH           set the library search path (DT_RUNPATH; a DT_RPATH becomes one); an
                             empty PATH empties the one that is there
  --add-rpath PATH           append to the search path what it does not have yet; may be repeated
  --remove-rpath             remove both DT_RUNPATH and DT_RPATH
  --shrink-rpath             drop directories that hold no needed library, or only those that an
                             earlier directory holds too
  --allowed-rpath-prefixes PREFIXES
                             with --shrink-rpath: drop directories that begin with none of these
                             texts, which colons separate, too
  --print-rpath
  --force-rpath              make --set-rpath, --add-rpath and --shrink-rpath write DT_RPATH instead
  --replace-needed OLD NEW   rename a needed library, in the version needs too; may be repeated
  --add-needed LIB           need a library, before those that are there; may be repeated
  --remove-needed LIB        no longer need a library; refused while the file needs versions of it;
                             may be repeated
  --drop-versions            make --remove-needed and --remove-version-need forget those versions:
                             any library may define the symbols
  --weaken-versions          likewise, and the symbols need not be defined at all
  --print-needed
  --set-soname NAME          set the library's own name (DT_SONAME)
  --print-soname
  --no-default-lib           search no default directory for libraries (DF_1_NODEFLIB)
  --set-execstack            make the stack executable (PT_GNU_STACK)
  --clear-execstack          make the stack not executable
  --print-execstack
  --set-os-abi ABI           set EI_OSABI: a name such as linux or freebsd, or a number
  --print-os-abi
  --add-debug-tag            add DT_DEBUG, where debuggers find the list of libraries
  --rename-dynamic-symbols FILE
                             rename symbols, all at once; each line of FILE has an old name and a
                             new one, without versions
  --clear-symbol-version SYMBOL
                             let a symbol be of any version; may be repeated
  --page-size SIZE           accepted; pages follow from the machine and the file, and
                             --raise-alignment makes them larger
  --no-sort, --no-clobber-old-sections
                             accepted; both hold anyway
  --output FILE              write to FILE; one input file. /dev/null: write nothing
  --debug                    say on stderr where tables go and why; also with PATCHELF_DEBUG in the
                             environment
  --help, -h; --version

Options that patchelf does not have:
  --set-symbol-version SYMBOL VERSION[@LIB]
                             bind a symbol to another version; SYMBOL may be NAME@VERSION; may be
                             repeated
  --add-version-need LIB VERSION
                             need a version of a needed library; may be repeated
  --bind SYMBOL              give a symbol the version of the --add-version-need before; may be
                             repeated
  --remove-version-need LIB VERSION
                             no longer need a version; refused while symbols have it; may be
                             repeated
  --weaken-version-need LIB VERSION
                             let ld.so go on where the library does not have the version; may be
                             repeated
  --add-hash, --add-gnu-hash
                             add the hash table DT_HASH or DT_GNU_HASH where it is missing
  --raise-alignment SIZE     make the file fit for pages of 16384 or 65536 bytes, without moving
                             addresses
  --overlay keep|keep-in-place|drop
                             what to do with bytes behind the end of the ELF file
${COMMON_HELP}

A value @FILE stands for the text in FILE, without a line end at its end (not for --replace-needed
and the options that patchelf does not have). An empty value asks for nothing, except that of
--set-rpath. Of --shrink-rpath, --remove-rpath, --set-rpath and --add-rpath the first in this order
acts. All edits of one call are one rewrite; --print-… says what was there before. Notes (an edit
that matched nothing) go to stderr. After a file that is refused the others still have their turn.
Exit 0 done, 1 refused or wrong usage.`;
