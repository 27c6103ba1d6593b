// What nothing uses is found by knip. Here stands what is used in ways that it cannot see.

import { VENDORED } from "./scripts/vendor.mjs";

export default {
  entry: [
    "www/main.js",
    "www/sw.js",
    "www/worker/{worker,team_member}.js",
    // The page of a version that waits, written by the service worker.
    "www/app/newer.js",
    "scripts/*.mjs",
    "tests/{unit,e2e}/*.test.mjs",
    "tests/bench/main.mjs",
    // Their imports are addresses of the site that the bench serves.
    "tests/bench/{page,contender}.js",
  ],
  project: ["www/**/*.js", "scripts/**/*.mjs", "tests/**/*.{js,mjs}"],
  // A test that imports a name keeps it alive; what only its own file uses is not exported.
  ignoreDependencies: [
    // Copied into the site.
    ...Object.keys(VENDORED),
    // Served to the bench's pages and to the pages of tests as they lie in node_modules.
    "@jax-js/jax",
    "@tensorflow/.*",
    "papaparse",
    "axe-core",
    // Programs that scripts/build and scripts/test call.
    "binaryen",
    "oxlint",
    "oxlint-tsgolint",
  ],
  ignoreUnresolved: ["/www/.*"],
  ignoreBinaries: ["ffmpeg"],
};
