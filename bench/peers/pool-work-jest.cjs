// The same for jest-worker, which requires it.
exports.work = function work(ms) {
  if (!(ms > 0)) return 0;
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
};
