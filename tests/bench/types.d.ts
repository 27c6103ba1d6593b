// What crosses between the benchmark's parts, and what scripts without types leave behind.

import type * as tfjs from "@tensorflow/tfjs";
import type * as tfjs_wasm from "@tensorflow/tfjs-backend-wasm";

/** What is trained, in every contender alike. */
export interface Settings {
  hidden: number[];
  batch_size: number;
  learning_rate: number;
  /** Ours alone: burn's own operations instead of the fused step. */
  step?: "fused" | "plain";
  /** Ours alone: distorted images. */
  augmentation?: boolean;
}

/** How much is measured, whichever is more. */
export interface Amount {
  min_ms?: number;
  min_steps?: number;
}

export interface Measured {
  step_ms: number;
  steps: number;
  loss: number;
  /** What was sent to the device, where that can be counted. */
  calls?: { dispatches: number; submits: number };
}

/** A contender as the benchmark asks it, wherever it runs. */
export interface Contender {
  /** What it says of itself. */
  told?: unknown;
  /** What it alone is given beside the settings of all. */
  settings?: Partial<Settings>;
  prepare(settings: Settings): Promise<unknown>;
  measure(amount: Amount): Promise<Measured>;
}

export interface OpenArgs {
  kind: "inkling" | "tfjs" | "jaxjs" | "papaparse";
  backend?: string;
  /** Addresses of the images' and the labels' bytes. */
  data?: { pixels: string; labels: string };
}

/** So long a reader took for so many rows. */
export interface Read {
  secs: number;
  rows: number;
}

declare global {
  // Left behind by scripts.
  const tf: typeof tfjs & { wasm: typeof tfjs_wasm };
  const Papa: {
    parse(
      file: File,
      options: {
        skipEmptyLines: boolean;
        chunk(part: { data: string[][] }): void;
        error(why: unknown): void;
        complete(): void;
      },
    ): void;
  };
  function importScripts(...addresses: string[]): void;

  // Left for whoever drives the pages.
  var bench: typeof import("./page.js").bench;
  var is_bench_ready: boolean | undefined;
  var ready_at_ms: number | undefined;
  var pad_latencies: number[];
}
