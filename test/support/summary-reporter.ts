import type { Reporter, TestModule } from "vitest/node";

/** Names every skipped test, and ends the run with one plain line: how many tests passed, failed and were skipped. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };

    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        count[state]++;
        if (state === "skipped") console.log(`skipped: ${module.relativeModuleId} > ${test.fullName}`);
      }

      // A file that fails to load has no test that fails.
      if (module.state() === "failed" && tests.every((t) => t.result().state !== "failed")) count.failed++;
    }

    const skipped = count.skipped + count.pending;
    console.log(`\n${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}
