// An assignment by link on a student's page, read by the crate's own reader: what it fixes
// stays, the seed follows the ids, other data are refused, and a wrong link costs nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assigned_settings, locked_settings, why_not_assigned } from "../../www/app/assigned.js";
import {
  assignment_checks,
  assignment_lead,
  missing_words,
} from "../../www/app/assignment_words.js";
import { GivenAssignment } from "../../www/app/given_assignment.js";
import { create_store, initial_state, why_not_train } from "../../www/app/state.js";
import { initial_studies, why_not_study } from "../../www/app/study_state.js";
import { zip_name } from "../../www/base/ids.js";
import { DEFAULTS } from "../../www/base/settings.js";
import { config_from_query } from "../../www/base/settings_query.js";
import { search_of } from "../../www/features/settings/address.js";
import { open_studies } from "./letters_set.mjs";

/** @import { Assignment } from "../../www/pkg/studies/inkling.js" */

const wasm = await open_studies();
const CHECKSUM = "0123456789abcdef";

/** @param {Partial<Assignment>} [patch] @returns {Assignment} */
function draft(patch) {
  return {
    inkling_assignment: 1,
    code: "ml1-2",
    title: "Dropout & norms",
    data: { name: "train.csv", num_rows: 42_000, checksum: CHECKSUM },
    settings: { ...DEFAULTS, epochs: 3, optimiser: "adam", learning_rate: 0.003 },
    fixed: ["epochs", "batch_size"],
    hidden: ["optimiser"],
    studies: [{ factor: "dropout", least_values: 3 }],
    seed_from_ids: true,
    zip: "{code}_{ids}",
    ...patch,
  };
}

/** What turns of the loop a reader that answers at once takes. */
async function settled() {
  for (let at = 0; at < 5; at += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The reader's own errors, as they come from a worker. */
const reader = {
  assignment: async (/** @type {string} */ text) => wasm.read_assignment(text),
  seed: async (/** @type {string} */ code, /** @type {string[]} */ ids) =>
    wasm.assignment_seed(code, ids),
};

/** A page that was opened with a token. @param {string} token @param {boolean} [is_bare] */
async function opened(token, is_bare = true) {
  const page = create_store(initial_state({ ...DEFAULTS, momentum: 0.9 }, token));
  /** @type {string[]} */
  const notices = [];
  const notice = (/** @type {string} */ sentence) => void notices.push(sentence);
  const assignment = new GivenAssignment({ page, reader, notice });
  await assignment.open({ is_bare });
  await settled();
  return { page, assignment, notices };
}

const { token } = wasm.write_assignment(draft());
const data = /** @type {any} */ ({ name: "train.csv", checksum: CHECKSUM, num_rows: 42_000 });

test("what it fixes stays, what it offers is the student's", async () => {
  const { page, assignment } = await opened(token);
  const { config } = page.get();
  assert.deepEqual([config.epochs, config.optimiser, config.learning_rate], [3, "adam", 0.003]);
  assert.equal(config.momentum, 0, "a bare link starts from the assignment's settings");
  page.set({ config: { ...config, epochs: 7, dropout: 0.2, optimiser: "sgd", split_seed: 9 } });
  const now = page.get().config;
  assert.deepEqual([now.epochs, now.optimiser, now.dropout], [3, "adam", 0.2]);
  assert.equal(now.split_seed, undefined);
  const locked = locked_settings(page.get().assignment);
  assert.deepEqual([...locked.keys()].sort(), [
    "batch_size",
    "epochs",
    "optimiser",
    "seed",
    "split_seed",
  ]);
  assert.equal(locked.get("epochs"), "Fixed by the assignment.");

  assignment.leave();
  page.set({ config: { ...page.get().config, epochs: 7 } });
  assert.equal(page.get().config.epochs, 7);
  assert.equal(why_not_assigned(page.get()), "");
});

test("settings that the address says stand above those to start from", async () => {
  const { page } = await opened(token, false);
  assert.deepEqual([page.get().config.momentum, page.get().config.epochs], [0.9, 3]);
});

test("the seed follows the ids, in any order, and is nothing without them", async () => {
  const { page } = await opened(token);
  page.set({ data });
  assert.match(why_not_train(page.get()), /enter your number as Id 1 under Study first/);
  assert.match(why_not_study(page.get(), initial_studies()), /enter your number as Id 1/);
  page.set({ ids: ["1004", " B7", ""] });
  await settled();
  // Python: h = 2166136261; for b in b"ml1-2/1004_b7": h = (h ^ b) * 16777619 % 2**32
  const seed = [..."ml1-2/1004_b7"].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0,
    2166136261,
  );
  assert.equal(page.get().config.seed, seed);
  assert.equal(why_not_train(page.get()), "");
  page.set({ config: { ...page.get().config, seed: 42 } });
  assert.equal(page.get().config.seed, seed);
  page.set({ ids: ["no id!", "", ""] });
  await settled();
  assert.equal(page.get().assignment?.seed, null);
  assert.match(why_not_train(page.get()), /enter your number/);
});

test("other data are refused in words, with both checksums", async () => {
  const { page } = await opened(token);
  page.set({ ids: ["1"], data: { ...data, name: "sample", checksum: "ffff456789abcdef" } });
  await settled();
  assert.equal(
    why_not_train(page.get()),
    "Data: found sample (checksum ffff456789abcdef), expected the assignment’s train.csv (checksum 0123456789abcdef). Load that file, or leave the assignment.",
  );
});

test("the checklist is the assignment's own, and says what is missing before the zip", async () => {
  const { page } = await opened(token);
  assert.equal(
    assignment_lead(page.get()),
    "Dropout & norms. It asks for a baseline and 1 study from it.",
  );
  const titles = () => assignment_checks(initial_studies(), page.get()).map((one) => one.title);
  assert.deepEqual(titles().slice(0, 4), [
    "Its data",
    "Seed of your ids",
    "Baseline",
    "Dropout, 3 values or more",
  ]);
  const words = missing_words(initial_studies(), page.get());
  assert.match(words, /^Still missing of the assignment: Its data \(train\.csv is not loaded yet/);
  assert.match(words, /; Dropout, 3 values or more \(not run yet\);/);
  assert.equal(zip_name(["1004", " 1005 "], draft()), "ml1-2_1004_1005.zip");
  assert.equal(zip_name(["1004"]), "1004.zip");
});

test("a wrong link is told with its place, and all else stays", async () => {
  const other = (/** @type {object} */ patch) =>
    Buffer.from(JSON.stringify({ ...draft(), settings: {}, ...patch })).toString("base64url");
  for (const [wrong, told] of /** @type {[string, RegExp][]} */ ([
    ["<script>", /^The assignment in the address cannot be used\. assignment, link, character 1: /],
    ["a".repeat(9000), /assignment, link: found 9000 characters, expected at most 8192\.$/],
    [token.slice(0, 80), /assignment, line 1, column \d+: found no JSON, expected JSON/],
    [other({ title: "<img src=x onerror=alert(1)>" }), /title: found “<img src=x/],
    [other({ inkling_assignment: 9 }), /version: found “9”, expected 1, or a newer Inkling\.$/],
    [other({ settings: { epochs: 1e9 } }), /settings, epochs: found 1000000000, expected a whole/],
    [other({ fixed: ["constructor"] }), /fixed: found “constructor”, expected one of/],
  ])) {
    const { page, notices } = await opened(wrong);
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? "", told);
    assert.equal(page.get().assignment, null);
    assert.equal(page.get().config.momentum, 0.9, "what was set stays");
  }
});

test("one that could not be fetched stands in the way, and can be left", async () => {
  const page = create_store(initial_state(DEFAULTS, token));
  const offline = { ...reader, assignment: () => Promise.reject(new Error("no network")) };
  const assignment = new GivenAssignment({ page, reader: offline, notice: assert.fail });
  await assignment.open({ is_bare: true });
  assert.equal(why_not_train(page.get()), "The assignment could not be read. no network.");
  assignment.leave();
  assert.equal(why_not_train(page.get()), "");
});

test("the address keeps it with all settings, until it is left", () => {
  const kept = search_of(DEFAULTS, null, `?assignment=${token}&fault=trap%401`, token);
  assert.match(kept, /^\?validation_share=20&.*&epochs=10&.*&fault=trap%401&assignment=/);
  const { config, remarks } = config_from_query(kept);
  assert.deepEqual([config, remarks], [{ ...DEFAULTS, hidden_layers: "128,64" }, []]);
  assert.equal(search_of(DEFAULTS, null, kept), "?fault=trap%401");
});

test("nothing is fixed before it is read", () => {
  const config = { ...DEFAULTS };
  const { assignment } = initial_state(config, token);
  assert.equal(assigned_settings(config, assignment), config);
  assert.equal(assigned_settings(config, null), config);
  assert.match(why_not_assigned({ assignment, data: null }), /still being read/);
});
