// How long a newcomer waits on the sample: from navigation to the first point of a
// curve and to the first right reading of a drawn digit, with one press. A fresh
// browser a round; it presses as soon as it can and draws while the network learns.
//
//   node scripts/first_minute.mjs [rounds]

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { find_chromium } from "./browser.mjs";
import { serve } from "./serve.mjs";

const rounds = Number(process.argv[2] ?? 5);
const server = await serve({ root: fileURLToPath(new URL("../www", import.meta.url)) });
/** A seven as a hand draws it. @type {[number, number][]} */
const SEVEN = [
  [0.25, 0.2],
  [0.72, 0.2],
  [0.42, 0.85],
];
/** @type {{ curve_secs: number, reading_secs: number }[]} */
const found = [];

for (let round = 0; round < rounds; round += 1) {
  const browser = await chromium.launch({
    executablePath: find_chromium(),
    args: ["--no-sandbox"],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  // Noted by the page itself, from the start of navigation.
  await page.addInitScript(() => {
    const seen = /** @type {Record<string, number>} */ ({});
    Object.assign(window, { seen });
    const look = () => {
      const text = (/** @type {string} */ id) => document.getElementById(id)?.innerText ?? "";
      // The first epoch's figures come with the first points of the curves.
      if (!seen.curve && /after epoch|95 % interval/.test(text("results"))) {
        seen.curve = performance.now();
      }
      if (!seen.reading && /^\s*7\s+with/.test(text("prediction"))) {
        seen.reading = performance.now();
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(`${server.url}?backend=ndarray`, { waitUntil: "commit" });
  await page.getByRole("button", { name: "Sample and train", exact: true }).click();
  const box = await page.getByLabel("Digit pad").boundingBox();
  if (!box) throw new Error("first_minute: the pad is not on the page");
  for (const [index, [x, y]] of SEVEN.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: 8 });
    if (index === 0) await page.mouse.down();
  }
  await page.mouse.up();
  await page.waitForFunction(() => {
    const { seen } = /** @type {any} */ (window);
    return seen.curve && seen.reading;
  });
  const seen = await page.evaluate(() => /** @type {any} */ (window).seen);
  found.push({ curve_secs: seen.curve / 1000, reading_secs: seen.reading / 1000 });
  await browser.close();
}
await server.close();

for (const [what, figure] of /** @type {const} */ ([
  ["first curve point", "curve_secs"],
  ["first right reading", "reading_secs"],
])) {
  const sorted = found.map((one) => one[figure]).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const most = sorted.at(-1) ?? NaN;
  console.log(`${what}: median ${middle.toFixed(2)} s, longest ${most.toFixed(2)} s of ${rounds}`);
}
