/**
 * Functions that glibc also has in a form that checks the size of what is written to: `memcpy` and `__memcpy_chk`,
 * `open` and `__open_2`. With -D_FORTIFY_SOURCE the compiler calls the checked form where it cannot rule out an
 * overflow (glibc, debug/Versions; up to 2.42).
 */
const CHECKED =
  "asprintf confstr dprintf explicit_bzero fgets fgets_unlocked fgetws fgetws_unlocked fprintf fread " +
  "fread_unlocked fwprintf getcwd getdomainname getgroups gethostname getlogin_r gets getwd inet_ntop " +
  "inet_pton longjmp mbsnrtowcs mbsrtowcs mbstowcs memcpy memmove mempcpy memset obstack_printf " +
  "obstack_vprintf poll ppoll pread pread64 printf ptsname_r read readlink readlinkat realpath recv recvfrom " +
  "snprintf sprintf stpcpy stpncpy strcat strcpy strlcat strlcpy strncat strncpy swprintf syslog ttyname_r " +
  "vasprintf vdprintf vfprintf vfwprintf vprintf vsnprintf vsprintf vswprintf vsyslog vwprintf wcpcpy wcpncpy " +
  "wcrtomb wcscat wcscpy wcslcat wcslcpy wcsncat wcsncpy wcsnrtombs wcsrtombs wcstombs wctomb wmemcpy wmemmove " +
  "wmempcpy wmemset wprintf";

const CHECKED_FLAGS = "mq_open open open64 openat openat64";

let checked: Map<string, string> | undefined;

/**
 * The plain functions by the names of their checked forms: `memcpy` by `__memcpy_chk`. The plain form of `__fdelt_chk`
 * is the macro FD_SET.
 */
export function checkedForms(): ReadonlyMap<string, string> {
  if (!checked) {
    checked = new Map([["__fdelt_chk", "FD_SET"]]);
    for (const name of CHECKED.split(" ")) checked.set(`__${name}_chk`, name);
    for (const name of CHECKED_FLAGS.split(" ")) checked.set(`__${name}_2`, name);
  }

  return checked;
}
