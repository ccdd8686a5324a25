import type { Libc } from "../diagnosis.js";

type Named = readonly [RegExp, Libc];

/** Loaders by the last part of their path: each system's own, and those of Nix, Guix and bundles. */
const LOADERS: readonly Named[] = [
  [/^ld-musl-.+\.so\.\d+$/, "musl"],
  [/^ld(64)?-uClibc([.-].*)?\.so(\.\d+)?$/, "uclibc"],
  [/^klibc-.+\.so$/, "klibc"],
  [/^linker(_asan)?(64)?$/, "bionic"],
  [/^ld(64)?\.so\.[12]$/, "glibc"],
  [/^ld-(linux|lsb)[-.\w]*\.so\.\d+$/, "glibc"],
  [/^ld-2\.\d+\.so$/, "glibc"],
];

/**
 * Names of the C library itself, as DT_NEEDED and DT_SONAME have them. `libc.so` is missing: it may be musl's or
 * bionic's, and the caller tells them apart.
 */
const LIBRARIES: readonly Named[] = [
  [/^libc\.so\.6(\.1)?$/, "glibc"],
  [/^libc\.musl-[^.]+\.so\.1$/, "musl"],
  [/^ld-musl-.+\.so\.1$/, "musl"],
  [/^ld-linux[-.\w]*\.so\.\d+$/, "glibc"],
  [/^libc\.so\.[01]$/, "uclibc"],
  [/^libuClibc-[\d.]+\.so$/, "uclibc"],
];

const named = (list: readonly Named[], name: string): Libc | undefined =>
  list.find(([pattern]) => pattern.test(name))?.[1];

export const baseNameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** The C library whose loader is at this path. */
export const loaderLibc = (path: string): Libc | undefined => named(LOADERS, baseNameOf(path));

/** The C library that has this name. */
export const libraryLibc = (name: string): Libc | undefined => named(LIBRARIES, baseNameOf(name));

/** Imports that only one C library defines. They tell libraries apart where the name `libc.so` does not. */
export const TELLING_IMPORTS: ReadonlyMap<string, Libc> = /* @__PURE__ */ new Map([
  ["__errno", "bionic"],
  ["__sF", "bionic"],
  ["__system_property_get", "bionic"],
  ["__android_log_print", "bionic"],
  ["__libc_init", "bionic"],
  ["__register_atfork", "bionic"],
  ["android_set_abort_message", "bionic"],
  ["__errno_location", "musl"],
  ["__libc_start_main", "musl"],
  ["__stat_time64", "musl"],
]);

/** Libraries that bionic has as files of their own, while musl has all in libc.so. */
export const BIONIC_LIBRARIES: readonly string[] = ["liblog.so", "libdl.so", "libm.so", "libandroid.so"];
