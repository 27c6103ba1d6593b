// The person's Markdown in a report: lists, emphasis and code, and what only looks like it.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { remark_pieces, words_of } from "../../www/features/report/remark_text.js";

/** @param {import("../../www/features/report/remark_text.js").Words[]} words */
const shown = (words) =>
  words
    .map(({ text, is_strong, is_emphasised, is_code }) => {
      const marks = `${is_strong ? "S" : ""}${is_emphasised ? "E" : ""}${is_code ? "C" : ""}`;
      return marks ? `${marks}<${text}>` : text;
    })
    .join("");

test("emphasis and code are told from what only looks like them", () => {
  for (const [text, expected] of /** @type {[string, string][]} */ ([
    ["plain", "plain"],
    ["the **larger** the *rate*", "the S<larger> the E<rate>"],
    ["__both__ and _one_", "S<both> and E<one>"],
    ["`num_steps * 2`", "C<num_steps * 2>"],
    ["**a *b* c**", "S<a >SE<b>S< c>"],
    ["2 * 3 * 4 and a*b", "2 * 3 * 4 and a*b"],
    ["snake_case_name and _x", "snake_case_name and _x"],
    ["\\*not\\* emphasis", "*not* emphasis"],
    ["unclosed **here and `there", "unclosed **here and `there"],
    ["学习率**越大**越快", "学习率S<越大>越快"],
  ])) {
    assert.equal(shown(words_of(text)), expected);
  }
});

test("paragraphs, lists, headings and code are pieces of their own", () => {
  const pieces = remark_pieces(
    "One\ntwo.\n\n* a\n* b\n  goes on\n\n1. first\n2) second\n# Title #\n```\nx = *1*\n```\nEnd - not a list",
  );
  assert.deepEqual(
    pieces.map((piece) =>
      piece.kind === "list"
        ? [piece.is_numbered ? "ol" : "ul", ...piece.items.map(shown)]
        : [piece.kind, piece.kind === "code" ? piece.text : shown(piece.words)],
    ),
    [
      ["paragraph", "One\ntwo."],
      ["ul", "a", "b goes on"],
      ["ol", "first", "second"],
      ["heading", "Title"],
      ["code", "x = *1*"],
      ["paragraph", "End - not a list"],
    ],
  );
  assert.deepEqual(remark_pieces(""), []);
  assert.deepEqual(remark_pieces("```\nnever closed"), [{ kind: "code", text: "never closed" }]);
});

test("no word is lost, whatever is written", () => {
  const letters = fc.constantFrom(..."ab *_`#-1.\n\\", "א");
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 60 }), (typed) => {
      const kept = remark_pieces(typed.join("")).flatMap((piece) => {
        if (piece.kind === "code") return [piece.text];
        const all = piece.kind === "list" ? piece.items.flat() : piece.words;
        return all.map((one) => one.text);
      });
      const words = (/** @type {string} */ text) => text.replaceAll(/[^abא]/g, "");
      // A fence's own line may name a language, which is not shown.
      if (!typed.join("").includes("```")) {
        assert.equal(words(kept.join("")), words(typed.join("")));
      }
    }),
  );
});
