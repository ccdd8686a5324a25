import { knownLoader } from "../../spec/known-loaders.js";
import type { Facts } from "../facts.js";

/** The folders in which systems have their loaders. */
const SYSTEM_FOLDER = /^\/(?:usr\/)?lib(?:32|64|x32|exec)?\//;

/**
 * The loader that a program brings along: one of the C library that it was built for, at a path which no system has.
 * The program then runs with the library of that loader, whatever C library the system has. Null for any other file.
 */
export function privateLoader({ interpreter, libc }: Facts): string | null {
  if (libc !== "glibc" && libc !== "musl") return null;
  if (interpreter === null || !interpreter.startsWith("/") || SYSTEM_FOLDER.test(interpreter)) return null;
  return knownLoader(interpreter)?.libc === libc ? interpreter : null;
}
