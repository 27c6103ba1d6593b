// Whether `auto` takes the backend that is faster: both are timed by name, as the other
// training steps are, and what the site decides of the same settings is held against them.

import { loadavg } from "node:os";
import { print_table } from "./report.mjs";
import { alternate } from "./turns.mjs";

/** @import { BenchPage } from "./contenders.mjs" */
/** @import { Contender } from "./types.d.ts" */

const HIDDEN = [[32], [128, 64], [800]];
const BATCH_SIZES = [16, 64, 512];
const LEARNING_RATE = 0.01;

/** Times that differ by no more than this share are a tie, in which either is right. */
const TIE = 0.1;

/**
 * @param {object} bench
 * @param {BenchPage} bench.page whose picker holds the data
 * @param {{ ndarray: Contender, webgpu: Contender }} bench.contenders
 * @param {(text: string) => void} bench.say
 * @param {(key: string, reason: string) => void} bench.missing
 * @returns {Promise<{ auto_right_share: number, auto_grid: unknown[] }>}
 */
export async function measure_auto({ page, contenders, say, missing }) {
  await page.ask("load_for_auto");
  const auto_grid = [];
  const rows = [];
  for (const hidden of HIDDEN) {
    for (const batch_size of BATCH_SIZES) {
      const settings = { hidden, batch_size, learning_rate: LEARNING_RATE };
      const amount = { default: { min_ms: 200 }, webgpu: { min_steps: 4 } };
      const found = await alternate(contenders, settings, amount, 3, missing);
      const ndarray_ms = found.ndarray?.step_ms ?? NaN;
      const webgpu_ms = found.webgpu?.step_ms ?? NaN;
      const { backend, reason, secs } = await page.ask("auto", {
        hidden_layers: hidden.join(", "),
        batch_size,
        learning_rate: LEARNING_RATE,
      });
      const is_tie = Math.abs(ndarray_ms - webgpu_ms) <= TIE * Math.max(ndarray_ms, webgpu_ms);
      const is_right = is_tie || backend === (ndarray_ms < webgpu_ms ? "ndarray" : "webgpu");
      const load = loadavg()[0];
      auto_grid.push({ hidden, batch_size, ndarray_ms, webgpu_ms, backend, is_right, secs, load });
      rows.push([
        `${hidden} × ${batch_size}`,
        ndarray_ms,
        webgpu_ms,
        backend,
        is_right ? "yes" : "no",
      ]);
      say(`auto, hidden ${hidden}, batch ${batch_size}: ${reason}`);
    }
  }
  const header = ["hidden × batch", "ndarray", "webgpu", "auto takes", "right"];
  print_table("auto on the software adapter, ms a step by name", header, rows);
  const num_right = auto_grid.filter(({ is_right }) => is_right).length;
  return { auto_right_share: num_right / auto_grid.length, auto_grid };
}
