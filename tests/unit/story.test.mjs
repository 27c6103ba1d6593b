// A digit's story without a document: what is asked, of what, and what is said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptEpochs } from "../../www/app/kept_epochs.js";
import { create_store, initial_state } from "../../www/app/state.js";
import { StoryController } from "../../www/app/story.js";
import { DEFAULTS } from "../../www/base/settings.js";
import {
  has_nearest,
  nearest_words,
  saliency_words,
  story_words,
} from "../../www/features/inside/words.js";

const reading = {
  probabilities: Float32Array.of(0.25, 0.75),
  read: 1,
  of: 1,
  saliency: Float32Array.of(0.5, -0.25, 0, 0.1),
  pixels: new Uint8Array(4),
  looked_back: null,
};

test("how it is read, and what the pixels say, in words", () => {
  const classes = ["a", "b"];
  assert.equal(story_words(reading, classes, null), "Read as b with 75.0 %.");
  assert.equal(
    story_words({ ...reading, of: 0, looked_back: { epoch: 3, of: 9 } }, classes, {
      truth: 0,
      about: "Validation part",
    }),
    "Validation part: this is class a. Read as b with 75.0 % as of epoch 3; class a, asked about here, has 25.0 %.",
  );
  assert.equal(
    saliency_words(reading, classes),
    "What each pixel says for class b: most for it +0.50 at the pixel in row 1, column 1, most against it −0.25 at the pixel in row 1, column 2",
  );
});

const settled = () => new Promise((done) => setImmediate(done));

/** A page with data and a model, and an engine that answers when it is told to. */
function bench() {
  const page = create_store(initial_state({ ...DEFAULTS }));
  const task = { side: 2, classes: ["0", "1"], full_ink: 255, is_drawn: true };
  page.set({
    model: /** @type {any} */ ({
      id: "a@1",
      kind: "run",
      run_id: "a",
      summary: null,
      config: { ...DEFAULTS },
      data_checksum: "d",
      task,
    }),
    data: /** @type {any} */ ({ checksum: "d", num_rows: 5, task }),
  });
  /** @type {{ name: string, given: any[], answer: (value: any) => void }[]} */
  const asked = [];
  const later =
    (/** @type {string} */ name) =>
    (/** @type {any[]} */ ...given) =>
      new Promise((answer) => asked.push({ name, given, answer }));
  const engine = /** @type {any} */ ({
    read_story: later("read_story"),
    nearest_images: later("nearest_images"),
    held_out_rows: async () => Uint32Array.of(0),
    images: async (/** @type {string} */ _, /** @type {Uint32Array} */ rows) => ({
      pixels: new Uint8Array(4 * rows.length),
      labels: new Uint8Array(rows.length),
    }),
  });
  /** @type {(() => void)[]} */
  const waiting = [];
  let pixels = /** @type {Uint8Array | null} */ (Uint8Array.of(1, 2, 3, 4));
  const story = new StoryController({
    page,
    engine,
    epochs: new KeptEpochs(page),
    pixels: () => pixels,
    later: (work) => waiting.push(work),
  });
  return {
    page,
    story,
    asked,
    draw(/** @type {Uint8Array | null} */ drawn) {
      pixels = drawn;
      story.update();
    },
    rest: () => waiting.splice(0).forEach((work) => work()),
    async answer(/** @type {string} */ name, /** @type {any} */ value) {
      await settled();
      const found = asked.shift();
      assert.equal(found?.name, name);
      found?.answer(value);
      await settled();
      return found?.given;
    },
  };
}

test("nothing is asked while it is closed, and the nearest once the pen rests", async () => {
  const { story, asked, draw, rest, answer } = bench();
  draw(Uint8Array.of(1, 1, 1, 1));
  rest();
  assert.equal(asked.length, 0);
  story.set_open(true);
  const drawn = Uint8Array.of(9, 9, 9, 9);
  draw(drawn);
  assert.equal(asked.length, 1);
  await answer("read_story", reading);
  assert.equal(story.store.get().reading, null, "that was of the drawing before");
  assert.deepEqual(await answer("read_story", reading), [drawn, null, null]);
  assert.equal(story.store.get().reading?.read, 1);
  assert.equal(asked.length, 0);
  rest();
  const found = { rows: Uint32Array.of(3), distances: Float64Array.of(1) };
  const [of, rows] = (await answer("nearest_images", found)) ?? [];
  assert.deepEqual([of, [...rows]], [drawn, [1, 2, 3, 4]]);
  assert.equal(story.store.get().nearest?.num_compared, 4);
  draw(null);
  await settled();
  const { reading: now, nearest, told } = story.store.get();
  assert.deepEqual([now, nearest, told], [null, null, "Draw on the pad to see its story."]);
});

test("the nearest are looked for also where reading takes longer than the pen's rest", async () => {
  const { story, draw, rest, answer } = bench();
  draw(null);
  story.set_open(true);
  await settled();
  assert.match(story.store.get().told, /^Draw/);
  draw(Uint8Array.of(9, 9, 9, 9));
  rest();
  await answer("read_story", reading);
  await answer("nearest_images", { rows: Uint32Array.of(3), distances: Float64Array.of(1) });
  assert.equal(story.store.get().nearest?.num_compared, 4);
});

test("a class is asked about, and a mistake goes with its model and its data", async () => {
  const { page, story, answer, rest, asked } = bench();
  story.set_open(true);
  await answer("read_story", reading);
  story.ask_about(0);
  const [, wanted] = (await answer("read_story", { ...reading, of: 0 })) ?? [];
  assert.equal(wanted, 0);
  const subject = { pixels: Uint8Array.of(7, 7, 7, 7), truth: 0, about: "Validation part" };
  story.tell_of(subject);
  assert.deepEqual((await answer("read_story", reading))?.slice(0, 2), [subject.pixels, null]);
  rest();
  await settled();
  const model = /** @type {any} */ ({ ...page.get().model, id: "b@1", data_checksum: "e" });
  page.set({ model });
  const late = asked.find(({ name }) => name === "nearest_images");
  late?.answer({ rows: Uint32Array.of(3), distances: Float64Array.of(1) });
  await settled();
  assert.equal(story.store.get().nearest, null, "what comes late is dropped");
  assert.equal(story.store.get().subject, null);
  rest();
  await settled();
  assert.match(story.store.get().nearest_told, /^Load the data that this model was trained on/);
});

test("another drawing takes a mistake's place, and a closed story is of the pad again", async () => {
  const { story, answer, draw, page } = bench();
  story.set_open(true);
  await answer("read_story", reading);
  const subject = { pixels: Uint8Array.of(7, 7, 7, 7), truth: 0, about: "Validation part" };
  story.tell_of(subject);
  await answer("read_story", reading);
  // Read again, as after each slice of a run: the same drawing.
  draw(Uint8Array.of(1, 2, 3, 4));
  story.pad_read();
  assert.equal(story.store.get().subject, subject);
  await answer("read_story", reading);
  draw(Uint8Array.of(5, 2, 3, 4));
  story.pad_read();
  assert.equal(story.store.get().subject, null);
  await answer("read_story", reading);
  const [pixels] = (await answer("read_story", reading)) ?? [];
  assert.deepEqual(pixels, Uint8Array.of(5, 2, 3, 4));
  story.tell_of(subject);
  draw(null);
  story.pad_read();
  assert.equal(story.store.get().subject, null, "an emptied pad is another, too");
  story.tell_of(subject);
  story.set_open(false);
  assert.equal(story.store.get().subject, null);
  assert.notEqual(page.get().model, null);
});

test("where none is nearer than another, or nothing is passed on, none is named", () => {
  const of = (/** @type {number[]} */ ...distances) => ({
    distances: Float64Array.from(distances),
    is_silent: false,
    num_compared: 2000,
  });
  const apart = of(0.1, 0.1, 0.2);
  assert.equal(has_nearest(apart), true);
  assert.match(nearest_words(apart), /^The nearest of 2,000 training images, spread evenly, by/);
  const tied = of(0, 0, 0);
  assert.equal(has_nearest(tied), false);
  assert.equal(
    nearest_words(tied),
    "At least 3 of the 2,000 training images are equally far from it in the last hidden layer, at a distance of 0.00: none is nearer than another.",
  );
  assert.match(nearest_words({ ...tied, num_compared: 3 }), /^All 3 training images are equally/);
  assert.equal(has_nearest(of(0)), true, "one alone is the nearest");
  const silent = { ...apart, is_silent: true };
  assert.equal(has_nearest(silent), false);
  assert.match(nearest_words(silent), /^No unit of the last hidden layer passes anything on/);
  assert.equal(
    saliency_words({ ...reading, saliency: new Float32Array(4) }, ["a", "b"]),
    "No pixel says anything for class b",
  );
});
