import type { DiagnosedLinkage, Language, Libc } from "../../../src/diagnose/diagnosis.js";

/** A file of a package of the npm registry, and what its publishers say it is. */
export interface Published {
  /** `name@version`. */
  readonly spec: string;
  /** The end of the path inside the package. */
  readonly file: string;
  readonly libc: Libc;
  readonly linkage: DiagnosedLinkage;
  readonly language: Language;
  readonly packer?: string;
}

const file = (
  spec: string,
  path: string,
  libc: Libc,
  linkage: DiagnosedLinkage,
  language: Language,
  packer?: string,
): Published => ({ spec, file: path, libc, linkage, language, ...(packer !== undefined && { packer }) });

const esbuild = (name: string, linkage: DiagnosedLinkage = "static"): Published =>
  file(`@esbuild/${name}@0.28.2`, "bin/esbuild", "none", linkage, "go");
const nice = (name: string, libc: Libc): Published =>
  file(`@napi-rs/nice-${name}@1.1.1`, ".node", libc, "plugin", "rust");
const rollup = (name: string, libc: Libc): Published =>
  file(`@rollup/rollup-${name}@4.68.8`, ".node", libc, "plugin", "rust");
const watcher = (name: string, libc: Libc): Published =>
  file(`@parcel/watcher-${name}@2.6.0`, "watcher.node", libc, "plugin", "c++");
const CDXGEN = "@cdxgen/cdxgen-plugins-bin-linuxmusl-amd64@4.1.1";

export const PACKAGES: readonly Published[] = [
  // JavaScriptCore and the interface of V8, which it exports, are C++; parts are Rust.
  file("@oven/bun-linux-x64@1.4.5", "bin/bun", "glibc", "dynamic", "c++"),
  file("@oven/bun-linux-x64-musl@1.4.5", "bin/bun", "musl", "dynamic", "c++"),
  esbuild("linux-x64"),
  esbuild("linux-ia32"),
  esbuild("linux-arm64"),
  esbuild("linux-s390x"),
  esbuild("linux-mips64el"),
  esbuild("linux-loong64"),
  esbuild("android-arm64", "interpreter-only"),
  file("@biomejs/cli-linux-x64@2.6.8", "biome", "glibc", "dynamic", "rust"),
  file("@biomejs/cli-linux-x64-musl@2.6.8", "biome", "musl", "static-pie", "rust"),
  file("@dprint/linux-x64-glibc@0.57.4", "dprint", "glibc", "dynamic", "rust"),
  file("@dprint/linux-x64-musl@0.57.4", "dprint", "musl", "static-pie", "rust"),
  file("@dprint/linux-loong64-glibc@0.54.0", "dprint", "glibc", "dynamic", "rust"),
  file("@dprint/linux-loong64-musl@0.54.0", "dprint", "musl", "dynamic", "rust"),
  file("@dprint/linux-riscv64-glibc@0.54.0", "dprint", "glibc", "dynamic", "rust"),
  file("sass-embedded-linux-x64@1.108.2", "dart", "glibc", "dynamic", "c++"),
  file("sass-embedded-linux-musl-x64@1.105.0", "dart", "musl", "dynamic", "c++"),
  file("sass-embedded-linux-musl-arm64@1.105.0", "dart", "musl", "dynamic", "c++"),
  file("sass-embedded-linux-musl-arm@1.105.0", "dart", "musl", "dynamic", "c++"),
  file("sass-embedded-linux-musl-riscv64@1.105.0", "dart", "musl", "dynamic", "c++"),
  file("sass-embedded-android-arm64@1.105.0", "dart", "bionic", "dynamic", "c++"),
  // Compiled Dart, which uses nothing of a C library.
  file("sass-embedded-linux-x64@1.108.2", "sass.snapshot", "none", "shared-library", "unknown"),
  nice("android-arm64", "bionic"),
  nice("android-arm-eabi", "bionic"),
  nice("linux-arm-gnueabihf", "glibc"),
  nice("linux-arm64-gnu", "glibc"),
  nice("linux-arm64-musl", "musl"),
  nice("linux-ppc64-gnu", "glibc"),
  nice("linux-riscv64-gnu", "glibc"),
  nice("linux-s390x-gnu", "glibc"),
  nice("linux-x64-musl", "musl"),
  // OpenHarmony's C library is musl.
  nice("openharmony-arm64", "musl"),
  // FreeBSD's C library has no name here.
  nice("freebsd-x64", "unknown"),
  file("@swc/core-linux-x64-gnu@1.16.22", ".node", "glibc", "plugin", "rust"),
  file("@swc/core-linux-x64-musl@1.16.22", ".node", "musl", "plugin", "rust"),
  rollup("linux-x64-gnu", "glibc"),
  rollup("linux-x64-musl", "musl"),
  rollup("linux-arm64-musl", "musl"),
  rollup("linux-arm-musleabihf", "musl"),
  rollup("linux-loong64-gnu", "glibc"),
  rollup("linux-ppc64-gnu", "glibc"),
  file("lightningcss-linux-x64-gnu@1.33.0", ".node", "glibc", "plugin", "rust"),
  file("lightningcss-linux-x64-musl@1.33.0", ".node", "musl", "plugin", "rust"),
  watcher("linux-x64-glibc", "glibc"),
  watcher("linux-x64-musl", "musl"),
  watcher("linux-arm-musl", "musl"),
  watcher("android-arm64", "bionic"),
  // It holds librsvg, which is Rust, and exports C++.
  file("@img/sharp-libvips-linuxmusl-x64@1.3.4", "libvips-cpp.so.8.18.7", "musl", "shared-library", "c++"),
  file(CDXGEN, "cdxui-linuxmusl-amd64", "unknown", "static", "unknown", "upx"),
  file(CDXGEN, "golem-linuxmusl-amd64", "unknown", "static", "unknown", "upx"),
  file(CDXGEN, "rusi-linuxmusl-amd64", "unknown", "static", "unknown", "upx"),
  file(CDXGEN, "dosai-linuxmusl-amd64", "musl", "dynamic", "c++"),
  file("turbo-linux-arm64@2.8.17", "bin/turbo", "musl", "static", "rust"),
  file("lefthook-linux-x64@2.2.2", "bin/lefthook", "none", "static", "go"),
  file("@typescript/native-preview-linux-x64@7.0.0-dev.20260707.2", "lib/tsgo", "none", "static", "go"),
  // Go 1.16, whose build information has pointers.
  file("@expo/ngrok-bin-linux-arm@2.3.41", "ngrok", "none", "static", "go"),
  file("7zip-bin@5.2.0", "linux/x64/7za", "glibc", "dynamic", "c++"),
  file("7zip-bin@5.2.0", "linux/arm64/7za", "glibc", "dynamic", "c++"),
  file("7zip-bin@5.2.0", "linux/arm/7za", "glibc", "dynamic", "c++"),
  // GCC 2.95.
  file("7zip-bin@5.2.0", "linux/ia32/7za", "glibc", "dynamic", "c++"),
  // Haskell.
  file("@elm_binaries/linux_x64@0.19.3-0", "elm", "musl", "static", "unknown"),
];
