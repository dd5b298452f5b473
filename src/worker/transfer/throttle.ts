/** Minimum interval between two progress reports. */
const PROGRESS_INTERVAL_MS = 50;

/** Limits how often reports are passed on. The returned function creates a report only when it is passed on. */
export function throttled<Report>(onReport: (report: Report) => void): (make: () => Report) => void {
  let lastReportAt = 0;
  return (make) => {
    const now = performance.now();
    if (now - lastReportAt < PROGRESS_INTERVAL_MS) return;
    lastReportAt = now;
    onReport(make());
  };
}
