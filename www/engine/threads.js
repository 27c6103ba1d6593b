// How many threads share the work of one run on the CPU. A study's runs have one each.

/** More have not been measured: phases of a step are some tens of microseconds long. */
const MOST = 4;

/**
 * @param {string} asked as the address says, such as `1`; empty for as many as suit
 * @param {{ crossOriginIsolated?: boolean, navigator?: { hardwareConcurrency?: number } }} [machine]
 */
export function threads_for(asked, machine = globalThis) {
  // Without it no memory is shared.
  if (!machine.crossOriginIsolated) return 1;
  const cores = machine.navigator?.hardwareConcurrency ?? 1;
  // The page's own drawing wants a core: of two, sharing both gained nothing there.
  const wanted = /^[1-9]\d{0,2}$/.test(asked) ? Number(asked) : cores - 1;
  return Math.max(1, Math.min(wanted, cores, MOST));
}
