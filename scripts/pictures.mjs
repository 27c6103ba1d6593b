// Makes the README's pictures from the real page: `.github/run.webp`, a run as it
// happens, recorded by the browser and put together by ffmpeg, and `.github/page.png`,
// the page after a run. Needs a built site, Chromium and ffmpeg.
//
//   node scripts/pictures.mjs [train.csv]     without a file: the sample that ships

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { find_chromium } from "./browser.mjs";
import { serve } from "./serve.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const data = process.argv[2] ?? join(root, "data/sample.csv.gz");
const SIZE = { width: 1440, height: 900 };
/** Seconds that the last frame stays. */
const LAST_SECS = 2.5;

const server = await serve({ root: join(root, "www") });
const browser = await chromium.launch({
  executablePath: find_chromium(),
  args: ["--no-sandbox"],
});
const folder = mkdtempSync(join(tmpdir(), "inkling-pictures-"));

try {
  const context = await browser.newContext({ viewport: SIZE, colorScheme: "light" });
  const page = await context.newPage();
  // Long enough to watch; everything else as the page proposes it.
  await page.goto(`${server.url}?backend=ndarray&epochs=20`);
  const status = page.getByRole("status", { name: "Training status", exact: true });
  const button = (/** @type {string} */ name) => page.getByRole("button", { name, exact: true });
  await page.getByLabel("MNIST CSV").setInputFiles(data);
  await page
    .getByRole("status", { name: "Data status" })
    .filter({ hasText: /rows/ })
    .waitFor({ timeout: 120_000 });

  const recorder = await context.newCDPSession(page);
  /** @type {{ file: string, secs: number }[]} */
  const frames = [];
  recorder.on("Page.screencastFrame", ({ data: frame, metadata, sessionId }) => {
    const file = join(folder, `${String(frames.length).padStart(5, "0")}.png`);
    writeFileSync(file, Buffer.from(frame, "base64"));
    frames.push({ file, secs: metadata.timestamp ?? 0 });
    void recorder.send("Page.screencastFrameAck", { sessionId });
  });
  await recorder.send("Page.startScreencast", { format: "png", everyNthFrame: 3 });
  const box = await page.getByLabel("Digit pad").boundingBox();
  if (!box) throw new Error("pictures: the pad is not on the page");
  /** @param {number} x @param {number} y */
  const at = (x, y) => /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
  await page.mouse.move(...at(0.25, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.72, 0.2), { steps: 12 });
  await page.mouse.move(...at(0.42, 0.85), { steps: 16 });
  await page.mouse.up();
  await button("Train").click();
  await status.filter({ hasText: /Finished/ }).waitFor({ timeout: 300_000 });
  // The pad reads with the last weights within this.
  await page.waitForTimeout(600);
  await recorder.send("Page.stopScreencast");

  const list = frames.map(({ file, secs }, index) => {
    const next = frames[index + 1];
    const lasts = next ? Math.max(0.02, next.secs - secs) : LAST_SECS;
    return `file '${file}'\nduration ${lasts.toFixed(4)}`;
  });
  writeFileSync(join(folder, "frames.txt"), `${list.join("\n")}\n`);
  const animation = join(root, ".github/run.webp");
  const input = ["-f", "concat", "-safe", "0", "-i", join(folder, "frames.txt")];
  const picture = ["-vf", "fps=10,scale=1080:-1:flags=lanczos", "-c:v", "libwebp_anim"];
  const quality = ["-loop", "0", "-q:v", "62", "-compression_level", "5"];
  execFileSync("ffmpeg", ["-v", "error", "-y", ...input, ...picture, ...quality, animation]);
  const secs = (frames.at(-1)?.secs ?? 0) - (frames[0]?.secs ?? 0);
  const kilobytes = Math.round(statSync(animation).size / 1000);
  console.log(`${animation}: ${frames.length} frames, ${secs.toFixed(1)} s, ${kilobytes} kB`);

  await page.screenshot({ path: join(root, ".github/page.png") });
  console.log(await status.innerText());
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
