// What only two tabs can do to each other's runs, and what must come of it.

import assert from "node:assert/strict";
import { is_active } from "../../www/app/state.js";
import { at_rest, can, go_on } from "./journey_actions.mjs";
import { check } from "./journey_checks.mjs";
import { moments } from "./journey_site.mjs";

for (const is_stopped of [false, true]) {
  const name = is_stopped ? "continue in both tabs, stop one" : "continue in both tabs";
  can(`${name}, and look`, async (site, seen) => {
    const page = await at_rest(site, seen);
    const { offer } = page.store.get();
    if (!offer || site.pages.length < 2) return;
    const { run_id } = offer;
    for (const { engine } of site.pages) engine.step_moments = 1;
    /** @type {(() => boolean)[]} */
    const pressed = [];
    for (const one of site.pages) {
      const { offer: its } = one.store.get();
      if (its?.run_id !== run_id) continue;
      const { length: num_told } = one.notices;
      const is_told = () =>
        one.store.get().run.error !== "" ||
        one.notices.slice(num_told).some((sentence) => !sentence.includes("is loaded again"));
      pressed.push(is_told);
      go_on(one, seen, its);
    }
    if (is_stopped) {
      await moments(60);
      for (const { actions: its } of site.pages.slice(0, 1)) its.stop();
    }
    await site.settle();
    const num_begun = pressed.filter((is_told) => !is_told()).length;
    assert.ok(num_begun <= 1, "both went on with it");
    const shown = site.pages.map(({ store }) => store.get().run).filter(({ id }) => id === run_id);
    const found = page.store.get().runs.find(({ id }) => id === run_id);
    const is_finished = shown.some(({ result }) => result?.outcome === "finished");
    if (!is_finished || !found) return;
    assert.equal(found.result?.outcome, "finished", "what the one came to, the other took away");
  });
}
for (const is_dead of [false, true]) {
  const name = is_dead ? "its worker ends, and evaluate" : "and evaluate";
  can(`continue in the other tab, ${name} it as it was`, async (site, seen) => {
    const page = await at_rest(site, seen);
    const other = site.pages.find((one) => one !== page);
    const { offer } = page.store.get();
    const its = other?.store.get().offer;
    if (!other || !offer || its?.run_id !== offer.run_id) return;
    other.engine.step_moments = 1;
    go_on(other, seen, its);
    await site.settle();
    if (is_dead) page.engine.crash();
    page.actions.evaluate();
    await page.settle();
    check(seen, site);
    if (!(await page.library.open(offer.run_id))) return;
    page.config = page.store.get().run.config ?? page.config;
  });
}
can("train in the other tab, delete it, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const other = site.pages.find((one) => one !== page);
  if (!other || is_active(other.store.get().run)) return;
  other.engine.step_moments = 40;
  other.actions.train();
  await moments(100);
  const { run } = other.store.get();
  if (!is_active(run)) return;
  await page.library.remove([run.id]);
  other.engine.step_moments = 1;
  await site.settle();
  assert.ok(
    page.store.get().runs.some(({ id }) => id === run.id),
    "deleted under way",
  );
});
can("train in the other tab, close it, and look", async (site, seen) => {
  const page = await at_rest(site, seen);
  const other = site.pages.find((one) => one !== page);
  if (!other || is_active(other.store.get().run)) return;
  other.engine.step_moments = 40;
  other.actions.train();
  await moments(400);
  const { run } = other.store.get();
  if (!is_active(run)) return;
  const state_here = () => page.store.get().runs.find(({ id }) => id === run.id)?.state;
  assert.equal(state_here(), "running", "another tab's run is not told of");
  site.close_other();
  await moments(200);
  assert.equal(state_here(), "interrupted", "nobody runs it any more");
});
