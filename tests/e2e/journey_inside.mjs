// For the journeys at random: what a person does in the inside of the network, with the range
// test, and among hand-ins. Whatever is asked there is answered, stopped or refused in words.

import { look, until } from "./journey_page.mjs";
import { FILES, go_to, press } from "./journey_steps.mjs";

/** @import { Page } from "playwright-core" */
/** @import { Work } from "./journey_steps.mjs" */

/** Opens the inside, or closes it. @type {Work} */
export async function look_inside({ page }) {
  await go_to(page, "train");
  const { is_inside } = await look(page);
  const name = is_inside ? "Close inside" : "Look inside";
  if (!(await press(page, name, (seen) => is_inside || seen.can_look_inside))) return false;
  await until(page, "the inside opens or closes", (seen) => seen.is_inside !== is_inside);
}

/**
 * A button of the inside, where it is there and can be pressed.
 * @param {Page} page
 * @param {string} name
 */
async function press_inside(page, name) {
  await go_to(page, "train");
  if (!(await look(page)).is_inside) return false;
  const button = page
    .getByRole("region", { name: "Inside", exact: true })
    .getByRole("button", { name, exact: true });
  const can = async () => (await button.count()) > 0 && (await button.isEnabled());
  if (!(await can())) return false;
  try {
    await button.click({ timeout: 5_000 });
    return true;
  } catch (error) {
    // What it was of may have gone meanwhile.
    if (await can()) throw error;
    return false;
  }
}

/** Presses it and waits until nothing of it is under way. @param {"One batch" | "One epoch"} name @returns {Work} */
export const take_one =
  (name) =>
  async ({ page }) => {
    if (!(await press_inside(page, name))) return false;
    const busy = page.locator('#inside button[aria-busy="true"]').filter({ hasText: name });
    await until(page, `“${name}” is over`, async () => (await busy.count()) === 0);
  };

/** Measures the health of layers, and may leave it. @param {boolean} is_stopped @returns {Work} */
export const measure =
  (is_stopped) =>
  async ({ page }) => {
    if (!(await press_inside(page, "Measure health"))) return false;
    if (is_stopped) await press_inside(page, "Stop measuring");
    const stop = page.getByRole("button", { name: "Stop measuring", exact: true });
    await until(page, "it is measured", async () => (await stop.count()) === 0);
  };

/** @param {number} epoch @returns {Work} */
export const show_epoch =
  (epoch) =>
  async ({ page }) => {
    await go_to(page, "train");
    const slider = page.getByRole("slider", { name: "Epoch shown" });
    if (!(await look(page)).is_inside || !(await slider.isVisible())) return false;
    const most = Number(await slider.getAttribute("max"));
    await slider.fill(String(epoch % (most + 1)), { timeout: 5_000 });
  };

/** Presses the unit with this number of those that are shown. @param {number} at @returns {Work} */
export const open_unit =
  (at) =>
  async ({ page }) => {
    await go_to(page, "train");
    if (!(await look(page)).is_inside) return false;
    const units = page.getByRole("button", { name: /^Unit \d+ of layer \d/ });
    const count = await units.count();
    if (count === 0) return false;
    try {
      await units.nth(at % count).click({ timeout: 5_000 });
    } catch (error) {
      if ((await units.count()) === count) throw error;
      return false;
    }
    await page.getByRole("region", { name: "Unit", exact: true }).waitFor();
  };

/** Opens or closes one of what stands folded below the units. @param {string} name @returns {Work} */
export const unfold =
  (name) =>
  async ({ page }) => {
    await go_to(page, "train");
    const summary = page.locator("#inside summary").filter({ hasText: name });
    if (!(await look(page)).is_inside || !(await summary.isVisible())) return false;
    await summary.click({ timeout: 5_000 });
  };

/** Asks for a rate; it is found, or refused in words. @param {boolean} is_stopped @returns {Work} */
export const find_rate =
  (is_stopped) =>
  async ({ page }) => {
    await go_to(page, "study");
    const find = page.getByRole("button", { name: "Find a rate", exact: true });
    if (!(await find.isVisible()) || !(await find.isEnabled())) return false;
    const stop = page.getByRole("button", { name: "Stop finding", exact: true });
    await find.click({ timeout: 5_000 });
    // It may be over, or refused, by then.
    if (is_stopped && (await stop.isVisible()))
      await stop.click({ timeout: 2_000 }).catch(() => {});
    const told = page.getByRole("status", { name: "Rate status", exact: true });
    await until(
      page,
      "a rate is found, or it is said why not",
      async () => !(await stop.isVisible()) && (await told.textContent()) !== "",
    );
  };

/** Picks what is no hand-in among hand-ins. @type {Work} */
export async function pick_no_hand_in({ page }) {
  await go_to(page, "check");
  const { name, bytes } = FILES.broken;
  const picked = { name, mimeType: "text/csv", buffer: Buffer.from(bytes) };
  await page.getByLabel("Hand-ins", { exact: true }).setInputFiles(picked);
  await until(page, "it is said that it is none", async () => {
    const told = page.getByRole("status", { name: "Check status", exact: true });
    return (await told.textContent()) !== "";
  });
}
