import manifest from "../../package.json" with { type: "json" };

/** The version of this package: package.json is its only place. */
export const { version } = manifest;
