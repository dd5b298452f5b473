/** Progress is reported at most once per so many milliseconds. */
const PROGRESS_INTERVAL_MS = 50;

/** Hands on a report only if the last one that was handed on is a while ago; the report is made only then. */
export function throttled<Report>(onReport: (report: Report) => void): (make: () => Report) => void {
  let lastReportAt = 0;
  return (make) => {
    const now = performance.now();
    if (now - lastReportAt < PROGRESS_INTERVAL_MS) return;
    lastReportAt = now;
    onReport(make());
  };
}
