import { readdirSync } from "node:fs";
import { fixturePath } from "./fixtures.js";

/** The names of all files in fixtures/bin, sorted. */
export const ALL_FIXTURES: readonly string[] = readdirSync(fixturePath("")).sort();
