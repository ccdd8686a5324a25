import type { Reporter, TestModule } from "vitest/node";

/**
 * Names every skipped test, and closes the run with one plain line that says how many tests passed, failed and were
 * skipped.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const m of modules) {
      for (const t of m.children.allTests()) {
        const { state } = t.result();
        count[state]++;
        if (state === "skipped") console.log(`skipped: ${m.relativeModuleId} > ${t.fullName}`);
      }
      // A file that fails to load has no tests to count.
      if (m.state() === "failed" && [...m.children.allTests()].every((t) => t.result().state !== "failed")) {
        count.failed++;
      }
    }

    const skipped = count.skipped + count.pending;
    console.log(`\n${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  }
}
