import { defineConfig } from "vitest/config";
import SummaryReporter from "./test/support/summary-reporter.js";

// Most tests wait for the tools they start, so every core gets a worker.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    maxWorkers: "100%",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ["default", new SummaryReporter()],
  },
});
