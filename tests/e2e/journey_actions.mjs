// For the journeys at random: all that a person can do, and how often they do it.

import fc from "fast-check";
import {
  cut,
  go_on,
  load,
  pause,
  stop,
  train,
  type_key,
  use_settings,
  write,
} from "./journey_bench.mjs";
import { close_tab, kill, reload, rest, second_tab } from "./journey_browser.mjs";
import {
  find_rate,
  look_inside,
  measure,
  open_unit,
  pick_no_hand_in,
  show_epoch,
  take_one,
  unfold,
} from "./journey_inside.mjs";
import {
  cut_assignment,
  delete_run,
  go_on_in_list,
  kept_study,
  open_run,
  press_in_run,
  rename_run,
  run_study,
  stop_study,
  undo_delete,
} from "./journey_kept.mjs";
import {
  drop_test,
  evaluate,
  go_back,
  keep_digit,
  load_model,
  open_cell,
  pick_test,
  press_only,
  remove_digit,
  save_model,
  write_digit,
} from "./journey_model.mjs";
import { action, command, go_to } from "./journey_steps.mjs";

/** @import { Label } from "./journey_page.mjs" */
/** @import { Command } from "./journey_steps.mjs" */

/** @param {number} weight @param {fc.Arbitrary<Command>} arbitrary */
const often = (weight, arbitrary) => Array.from({ length: weight }, () => arbitrary);

const place = fc.nat({ max: 5 });

/** What a person can do. */
export const ACTIONS = [
  ...often(
    8,
    fc
      .tuple(
        fc.constantFrom(.../** @type {const} */ (["one", "two", "three", "broken"])),
        fc.boolean(),
      )
      .map(([key, is_awaited]) =>
        command(`load ${key}${is_awaited ? " and wait" : ""}`, load(key, is_awaited)),
      ),
  ),
  action(
    "Load sample",
    press_only("Load sample", (seen) => seen.can_load_sample),
  ),
  action(
    "Cancel",
    press_only("Cancel", (seen) => seen.can_cancel),
  ),
  action(
    "Bring it back",
    press_only("Bring it back", (seen) => seen.can_bring_back),
  ),
  ...often(6, action("Train", train)),
  ...often(
    2,
    fc.constantFrom("t", "p", "s").map((key) => command(`key ${key}`, type_key(key))),
  ),
  action("Pause or Resume", pause),
  ...often(6, action("Stop", stop)),
  ...often(
    4,
    fc
      .boolean()
      .map((is_early) => command(`Train and Stop${is_early ? " at once" : ""}`, cut(is_early))),
  ),
  ...often(2, action("Continue", go_on)),
  ...often(
    3,
    fc
      .constantFrom(
        .../** @type {[Label, string][]} */ ([
          ["Epochs", "20"],
          ["Epochs", "3"],
          ["Epochs", "100"],
          ["Epochs", "400"],
          ["Epochs", "0"],
          ["Epochs", ""],
          ["Learning rate", "0.05"],
          ["Learning rate", "0,05"],
          ["Learning rate", "50"],
          ["Learning rate", "abc"],
          ["Hidden layers", "16"],
          ["Hidden layers", "32, 16"],
          ["Hidden layers", "0"],
          ["Dropout", "0"],
          ["Dropout", "0,2"],
          ["Dropout", "2"],
        ]),
      )
      .map(([label, text]) => command(`${label} “${text}”`, write(label, text))),
  ),
  fc.boolean().map((is_on) =>
    command(`Layer normalisation ${is_on}`, async ({ page }, expected) => {
      await go_to(page, "train");
      await page.getByLabel("Layer normalisation", { exact: true }).setChecked(is_on);
      expected.config = { ...expected.config, layer_norm: is_on };
    }),
  ),
  action("Use its settings", use_settings),
  ...often(
    3,
    fc
      .boolean()
      .map((is_awaited) =>
        command(`Evaluate${is_awaited ? " and wait" : ""}`, evaluate(is_awaited)),
      ),
  ),
  fc.nat({ max: 30 }).map((at) => command(`open cell ${at}`, open_cell(at))),
  action("Back to the worst mistakes", go_back),
  fc
    .constantFrom(.../** @type {const} */ (["labelled", "unlabelled", "broken"]))
    .map((key) => command(`Test CSV ${key}`, pick_test(key))),
  action("Remove test set", drop_test),
  fc.boolean().map((is_right) => command(`Model file ${is_right}`, load_model(is_right))),
  action("Download model", save_model),
  action("Log loss", async ({ page }) => {
    await go_to(page, "train");
    await page.getByRole("checkbox", { name: "Log loss", exact: true }).click();
  }),
  ...often(
    2,
    fc.constantFrom("1", "7", "0").map((digit) => command(`draw ${digit}`, write_digit(digit))),
  ),
  action(
    "Undo stroke",
    press_only("Undo stroke", (seen) => seen.can_undo_stroke),
  ),
  action(
    "Clear pad",
    press_only("Clear pad", () => true),
  ),
  action("Ctrl+Z", async ({ page }) => {
    await go_to(page, "train");
    await page.keyboard.press("Control+z");
  }),
  fc.constantFrom(1, 4, 7).map((digit) => command(`It was a ${digit}`, keep_digit(digit))),
  action("Remove a kept digit", remove_digit),
  ...often(
    2,
    action(
      "Fine-tune on them",
      press_only("Fine-tune on them", (seen) => seen.can_tune),
    ),
  ),
  action(
    "Undo fine-tuning",
    press_only("Undo fine-tuning", (seen) => seen.can_untune),
  ),
  ...often(3, action("Look inside or close it", look_inside)),
  action("One batch", take_one("One batch")),
  action("One epoch", take_one("One epoch")),
  fc
    .boolean()
    .map((is_stopped) =>
      command(`Measure health${is_stopped ? " and stop" : ""}`, measure(is_stopped)),
    ),
  ...often(
    2,
    fc.nat({ max: 20 }).map((epoch) => command(`Epoch shown ${epoch}`, show_epoch(epoch))),
  ),
  fc.nat({ max: 30 }).map((at) => command(`open unit ${at}`, open_unit(at))),
  fc
    .constantFrom("Why it reads so", "What it read wrongly then", "Histograms")
    .map((name) => command(`unfold “${name}”`, unfold(name))),
  fc
    .boolean()
    .map((is_stopped) =>
      command(`Find a rate${is_stopped ? " and stop" : ""}`, find_rate(is_stopped)),
    ),
  action("pick what is no hand-in", pick_no_hand_in),
  action("Run study", run_study),
  action("Stop study", stop_study),
  action("Run the assignment and stop it", cut_assignment),
  action("Open a kept study", kept_study(true)),
  action("Delete a kept study", kept_study(false)),
  ...often(
    2,
    place.map((at) => command(`Open run ${at}`, open_run(at))),
  ),
  place.map((at) =>
    command(
      `Compare run ${at}`,
      async ({ page }) => (await press_in_run(page, at, "Compare")) !== null,
    ),
  ),
  place.map((at) => command(`Delete run ${at}`, delete_run(at))),
  action("Undo the deletion", undo_delete),
  place.map((at) => command(`rename run ${at}`, rename_run(at, `My run ${at}`))),
  place.map((at) => command(`Continue run ${at}`, go_on_in_list(at))),
  fc
    .constantFrom(.../** @type {const} */ (["train", "study", "runs", "check"]))
    .map((view) => command(`view ${view}`, ({ page }) => go_to(page, view))),
  action(
    "Put away",
    press_only("Put away", (seen) => seen.notices.length > 0),
  ),
  ...often(3, action("reload", reload)),
  ...often(2, action("a worker ends", kill)),
  action("a second tab trains", second_tab),
  action("the second tab is closed", close_tab),
  ...often(5, action("rest", rest)),
];
