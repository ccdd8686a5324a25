/** Rust's mangled names: the newer form (v0), and the older one, which is that of C++ with a hash at the end. */
export const RUST_NAME = /^_R(N|I|M|X|Y|C|s)[A-Za-z0-9_]|^_ZN.*17h[0-9a-f]{16}E(\.|$)/;

/**
 * How encodings of the Itanium C++ ABI begin: names, `std::`, tables of a class, guards. A C name like `_Zone` must not
 * match.
 */
const CXX_NAME = /^_Z(\d|N[KrVRO\dSLT]|L\d|S[tabsiod]|T[VTISHWCchv]|G[VRA])/;

/** The same of common operators, each with what may follow it. */
const CXX_OPERATOR = /^_Z(nw|na|dl|da|eq|ne|lt|gt|le|ge|ls|rs|pl|mi|ml|dv)[RKPSN\dajlmv]/;

/** Tables and type information of a class, from GCC 2. GCC 3 was the first with the Itanium C++ ABI. */
const GCC_2_NAME = /^__(vt_|ti|tf)\d+[A-Za-z_]/;

export const isRustName = (name: string): boolean => RUST_NAME.test(name);

const isItaniumName = (name: string): boolean => CXX_NAME.test(name) || CXX_OPERATOR.test(name);

export const isCxxName = (name: string): boolean =>
  (isItaniumName(name) && !RUST_NAME.test(name)) || GCC_2_NAME.test(name);
