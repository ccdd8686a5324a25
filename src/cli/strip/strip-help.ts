import { COMMON_HELP } from "../rewrite.js";
import { version } from "../version.js";

/**
 * The contract is this version's manual page. Scripts look for "GNU strip", and for a number at the end of the line.
 */
export const stripVersion = `elfwright ${version}, in place of GNU strip 2.40`;

export const stripHelp = `usage: elfwright strip [OPTIONS] FILE…

  -s, --strip-all            drop all symbols, debugging information and relocations that a linker
                             left (the default)
  -g, -S, -d, --strip-debug  drop debugging information and the names of source files
  --strip-unneeded           programs and libraries: as -s; relocatable files: drop debugging
                             information, and symbols that nothing needs
  --strip-dwo                drop debugging information of -gsplit-dwarf
  --only-keep-debug          make the separate debug file: loaded sections lose their bytes
  -R, --remove-section NAME  remove a section, too; *, ?, […] and ! in front as in a shell; may be
                             repeated
  --keep-section NAME        keep a section; the same patterns; may be repeated
  --remove-relocations NAME  remove the relocations of a section; the same patterns; may be repeated
  -K, --keep-symbol NAME     keep a symbol; may be repeated
  -N, --strip-symbol NAME    drop a symbol; may be repeated; -K of the same name counts more
  -w, --wildcard             names of symbols are patterns, too
  -x, --discard-all          drop local symbols and debugging information
  -X, --discard-locals       drop symbols that a compiler made for itself (.L…)
  --keep-file-symbols        keep the names of source files
  -o FILE                    write to FILE; one input file. /dev/null: write nothing
  -p, --preserve-dates       keep the file's times
  -v, --verbose              say what was written, and how many bytes were saved
  -D, -U                     static libraries: dates, owners and modes become 0 and 644 (-D, the
                             default), or stay (-U)
  -I, -O, -F FORMAT          accepted for the file's own format: files of any machine are known, and
                             stay what they are
  -M, --merge-notes, --no-merge-notes, --keep-section-symbols
                             accepted, without effect
  @FILE                      stands for the arguments in FILE
  -h, --help; -V, --version

Of -s, -g, --strip-unneeded, --strip-dwo and --only-keep-debug the last counts. One of these, -N, -x
or -X turns the default -s off; -R and -K do not.

Options that GNU strip does not have:
  --keep-symbols FILE, --strip-symbols FILE
                             as -K and -N for the names in FILE, one a line; # begins a comment (as
                             in objcopy)
  --strip-section-headers    also drop everything that no program header describes (binutils 2.41
                             has it)
  --add-gnu-debuglink FILE   name the separate debug file, for debuggers
  --force                    allow -s of relocatable files, and -R of loaded sections
  --overlay keep|keep-in-place|drop
                             what to do with bytes behind the end of the ELF file
${COMMON_HELP}

What is different from GNU strip on purpose:
  -s, also as the default, refuses object files, kernel modules and static libraries without
  --force: they are of no use afterwards.
  -R refuses loaded sections of programs and libraries without --force; with it their bytes stay,
  and so does PT_GNU_RELRO.
  No byte of any segment and no program header changes, not even where no section covers it, except
  with --force or --only-keep-debug.
  Bytes behind the end of the ELF file (self-extracting programs, signatures of kernel modules) are
  refused without --overlay.
  Notes are never merged, and -O makes no other formats.
  The result is written beside the file and takes its name when it is whole. Of a file with several
  hard links only this name gets it, with a note; --in-place writes it for all.
After a file that is refused the others still have their turn. Exit 0 done, 1 refused or wrong
usage.`;
