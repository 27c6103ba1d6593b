// Which entries of an archive `www/worker/archive.js` takes for data. Archives are written
// by fflate, which is not what reads them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { zipSync } from "fflate";
import { chosen_parts } from "../../www/worker/archive.js";

/** @param {string[]} names */
const archive = (names) =>
  new File(
    [zipSync(Object.fromEntries(names.map((name) => [name, new Uint8Array([1])])))],
    "a.zip",
  );

/** @param {string[]} names @param {"train" | "test"} [wanted] */
async function chosen(names, wanted) {
  const { entries, notes } = await chosen_parts(archive(names), wanted);
  return [...entries.map(({ name }) => name), ...notes];
}

const LEFT = "its test images are left for Test CSV";

for (const [what, names, train, test_half] of /** @type {const} */ ([
  [
    "Keras",
    ["x_test.npy", "x_train.npy", "y_test.npy", "y_train.npy"],
    ["x_train.npy", "y_train.npy", LEFT],
    ["x_test.npy", "y_test.npy"],
  ],
  [
    "MedMNIST, whose validation part is left",
    [
      "train_images.npy",
      "train_labels.npy",
      "val_images.npy",
      "val_labels.npy",
      "test_images.npy",
      "test_labels.npy",
    ],
    ["train_images.npy", "train_labels.npy", LEFT, "val_images.npy and 1 other file left out"],
    ["test_images.npy", "test_labels.npy"],
  ],
  ["one half alone", ["X.npy", "y.npy"], ["X.npy", "y.npy"], ["X.npy", "y.npy"]],
  [
    "arrays of other things",
    ["x.npy", "y.npy", "ids.npy", "names.npy"],
    ["x.npy", "y.npy", "ids.npy and 1 other file left out"],
    ["x.npy", "y.npy"],
  ],
  [
    "arrays of other things in halves",
    ["x_train.npy", "y_train.npy", "w_train.npy", "x_test.npy", "y_test.npy", "w_test.npy"],
    ["x_train.npy", "y_train.npy", LEFT, "w_train.npy and 1 other file left out"],
    ["x_test.npy", "y_test.npy"],
  ],
  ["an array alone", ["arr_0.npy"], ["arr_0.npy"], ["arr_0.npy"]],
  [
    "the original files",
    [
      "t10k-images-idx3-ubyte",
      "t10k-labels-idx1-ubyte",
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
    ],
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", LEFT],
    ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
  ],
  [
    "Kaggle's tables, beside others",
    ["data/train.csv", "data/test.csv", "train-images-idx3-ubyte", "train-labels-idx1-ubyte"],
    ["data/train.csv", LEFT, "train-images-idx3-ubyte and 1 other file left out"],
    ["data/test.csv"],
  ],
])) {
  test(`${what}: the halves are told by their names`, async () => {
    assert.deepEqual(await chosen([...names], "train"), train);
    assert.deepEqual(await chosen([...names], "test"), test_half);
  });
}

test("what is not read is named, with what to do", async () => {
  const refused = (/** @type {string[]} */ names) =>
    chosen(names).then(
      () => "nothing",
      (/** @type {Error} */ error) => error.message,
    );
  assert.match(
    await refused(["0_a.png", "1_b.png"]),
    /archive: found the entries 0_a\.png, 1_b\.png, expected pictures in a folder a class, named after it/,
  );
  assert.match(
    await refused(["a-images-idx3-ubyte.gz", "a-labels-idx1-ubyte.gz"]),
    /packed twice: unzip it/,
  );
  assert.match(await refused(["a.npy", "b.npy"]), /expected train\.csv.*mnist\.npz/);
  for (const [names, kind] of /** @type {[string[], string][]} */ ([
    [["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"], "an Excel workbook"],
    [["xl/workbook.xml", "xl/media/image1.png", "xl/media/image2.png"], "an Excel workbook"],
    [["mimetype", "content.xml", "styles.xml"], "a spreadsheet"],
  ])) {
    const told = `file: found ${kind}, expected a table as text: save the sheet as CSV UTF-8 and pick that file`;
    assert.equal(await refused(names), told);
  }
});

test("a list beside pictures is left out, and pictures beside a table are", async () => {
  const pictures = { "d/cat/1.png": 400, "d/cat/2.png": 400, "d/dog/1.png": 400 };
  const found = async (/** @type {Record<string, number>} */ sizes) => {
    const files = Object.entries(sizes).map(([name, size]) => [name, new Uint8Array(size)]);
    const { entries, folders, notes } = await chosen_parts(
      new File([zipSync(Object.fromEntries(files))], "a.zip"),
    );
    return [...entries.map(({ name }) => name), folders?.root, ...notes];
  };
  assert.deepEqual(await found({ "labels.csv": 60, ...pictures }), ["d/", "labels.csv left out"]);
  assert.deepEqual(await found({ "train.csv": 5000, ...pictures }), ["train.csv", undefined]);
});

test("pictures in a folder a class are taken together, of the wanted half", async () => {
  const names = ["train", "test"].flatMap((half) =>
    ["cat", "dog"].map((label) => `set/${half}/${label}/1.png`),
  );
  const rest = ["set/readme.md", "set/train/cat/._1.png", "__MACOSX/set/train/cat/1.png"];
  /** @param {string[]} some @param {"train" | "test"} [wanted] */
  const found = async (some, wanted) => {
    const { folders, notes } = await chosen_parts(archive(some), wanted);
    return [folders?.root, folders?.pictures.map(({ label }) => label).join(), ...notes];
  };
  assert.deepEqual(await found([...names, ...rest]), [
    "set/train/",
    "cat,dog",
    LEFT,
    "readme.md left out",
  ]);
  assert.deepEqual(await found(names, "test"), ["set/test/", "cat,dog"]);
  assert.deepEqual(await found(["cat/1.JPG", "dog/2.png"]), ["", "cat,dog"]);
  assert.deepEqual(await found(["cat/1.png", "dog/2.png"], "test"), ["", "cat,dog"]);
  // What else is there is named, but for what systems put beside pictures.
  assert.deepEqual(
    await found([
      ...["train/cat/1.png", "train/dog/2.png", "other/cat/3.png", "cover.png", "train/cat/a.txt"],
      ...["train/.DS_Store", "train/dog/Thumbs.db", "__MACOSX/a.png", "b.csv.bak"],
    ]),
    [
      "train/",
      "cat,dog",
      "the pictures of other/ left out",
      "cover.png and 2 other files left out",
    ],
  );
  assert.deepEqual(await found(["train/cat/1.png", "more/cat/3.png", "a.txt"], "test"), [
    "train/",
    "cat",
  ]);
  for (const wrong of [
    ["1.png", "2.png"],
    ["a/cat/1.png", "b/cat/1.png"],
  ]) {
    await assert.rejects(chosen_parts(archive(wrong)), {
      place: "archive",
      expected: /^pictures in a folder a class/,
    });
  }
});
