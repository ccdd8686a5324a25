/** Rust's mangled names: the newer form (v0), and the older one, which is C++'s with a hash at the end. */
export const RUST_NAME = /^_R(N|I|M|X|Y|C|s)[A-Za-z0-9_]|^_ZN.*17h[0-9a-f]{16}E(\.|$)/;

/**
 * The beginnings of the Itanium C++ ABI's encodings: names, `std::`, tables of a class, guards, common operators.
 * `_Zone` is none.
 */
const CXX_NAME =
  /^_Z(\d|N[KrVRO\dSLT]|L\d|S[tabsiod]|T[VTISHWCchv]|G[VRA]|(nw|na|dl|da|eq|ne|lt|gt|le|ge|ls|rs|pl|mi|ml|dv)[RKPSN\dajlmv])/;

/** Tables and type information of a class, before GCC 3 had the ABI of all. */
const GCC_2_NAME = /^__(vt_|ti|tf)\d+[A-Za-z_]/;

export const isRustName = (name: string): boolean => RUST_NAME.test(name);
export const isCxxName = (name: string): boolean =>
  (CXX_NAME.test(name) && !RUST_NAME.test(name)) || GCC_2_NAME.test(name);
