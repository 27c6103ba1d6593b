// Names of classes in a line: what is written is what is read, commas and quotes included.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { line_of_names, names_of_line } from "../../www/base/names_line.js";

test("names stand bare, and in quotes where a comma would part them", () => {
  assert.equal(line_of_names(["0", "1", "T-shirt"]), "0, 1, T-shirt");
  assert.equal(line_of_names(["Bag", "Shirt, long", '"0"']), 'Bag, "Shirt, long", """0"""');
  assert.deepEqual(names_of_line(' a ,b,"c, d" , "e ""f"""'), ["a", "b", "c, d", 'e "f"']);
  assert.deepEqual(names_of_line("a,,b,"), ["a", "", "b", ""]);
  assert.deepEqual(names_of_line(""), [""]);
  assert.deepEqual(names_of_line('a, 5" disk, "b'), ["a", '5" disk', '"b']);
});

test("any names come back as they were", () => {
  const name = fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.trim());
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), (names) => {
      assert.deepEqual(names_of_line(line_of_names(names)), names);
    }),
  );
});
