// The structure of a PDF: which words are a heading, a paragraph, a list, a table's cell,
// and what a figure shows, so that it is read aloud and copied in order (ISO 32000, 14.8).
//
// pdfmake marks a file as tagged but tags nothing. What it lays out is turned into pages of
// items, which pdfkit draws; here pdfkit is told before each item to what it belongs.

/**
 * A part of the structure. It is put into words (`text` nodes) and pictures as their
 * `part`; pdfmake hands such properties on to what it draws. A picture of words bears those
 * as its `words`.
 * @typedef {object} Part
 * @property {string} type such as `H1`, `P`, `TD`
 * @property {string} [alt] what a figure shows
 * @property {Part | null} parent
 * @property {Part[]} children
 * @property {any} [element] pdfkit's, once the file is written
 */

/**
 * @param {string} type
 * @param {Part | null} parent
 * @param {Pick<Part, "alt">} [more]
 * @returns {Part}
 */
export function new_part(type, parent, more = {}) {
  /** @type {Part} */
  const part = { type, parent, children: [], ...more };
  parent?.children.push(part);
  return part;
}

/** Documents whose structure has been begun. @type {WeakMap<object, { pages: any[], root: Part | null }>} */
const begun = new WeakMap();

/**
 * Has pdfmake's documents tagged from now on. Its renderer notes a document's pages at the
 * document just before it draws them: that is when the marks are put in.
 * @param {any} library
 */
export async function tag_documents(library) {
  const probe = await library.createPdf({ content: "" }).getStream();
  Object.defineProperty(Object.getPrototypeOf(probe), "_pdfMakePages", {
    configurable: true,
    get() {
      return begun.get(this)?.pages;
    },
    set(pages) {
      const root = root_of(pages);
      begun.set(this, { pages, root });
      if (!root) return;
      build(root, this);
      this.addStructure(root.element);
      for (const page of pages) page.items = tagged_items(page.items, this);
    },
  });
}

/** Ends the structure of a document that is drawn. @param {object} document */
export function end_tags(document) {
  const root = begun.get(document)?.root;
  if (!root) throw new Error("pdf: found no structure, expected the document's to be tagged");
  root.element.end();
}

/**
 * The whole that the parts of some pages belong to; none where there are none.
 * @param {any[]} pages
 * @returns {Part | null}
 */
function root_of(pages) {
  for (const item of pages.flatMap((page) => page.items)) {
    let part = part_of(item);
    while (part?.parent) part = part.parent;
    if (part) return part;
  }
  return null;
}

/** @param {Part} part @param {any} document */
function build(part, document) {
  const { type, alt } = part;
  part.element = document.struct(type, {
    ...(alt ? { alt } : {}),
    ...(type === "TH" ? { scope: "Column" } : {}),
  });
  for (const child of part.children) {
    build(child, document);
    part.element.add(child.element);
  }
}

/**
 * A page's items with a mark before and after each: neighbours of one part share theirs.
 * @param {any[]} items
 * @param {any} document
 */
function tagged_items(items, document) {
  /** @type {any[]} */
  const tagged = [];
  /** @type {Part | null | undefined} */
  let open;
  const close = () => {
    if (open !== undefined) tagged.push(act(() => document.endMarkedContent()));
    open = undefined;
  };
  for (const item of items) {
    const is_drawn = ["line", "vector", "image", "svg"].includes(item.type);
    // Clips come in pairs that no mark may cross.
    const part = is_drawn ? part_of(item) : undefined;
    const words = item.type === "image" ? item.item.words : undefined;
    if (words && part) {
      close();
      tagged.push(
        act(() => {
          begin(part, document);
          lay_words_under(item.item, document);
        }),
        item,
        act(() => document.endMarkedContent()),
      );
      continue;
    }
    if (part !== open || !is_drawn) {
      close();
      if (is_drawn && part !== undefined) {
        tagged.push(act(() => begin(part, document)));
        open = part;
      }
    }
    tagged.push(item);
  }
  close();
  return tagged;
}

/**
 * What draws nothing and does something: an item of a type that pdfmake does not know,
 * asked for its type when its turn has come.
 * @param {() => void} work
 */
function act(work) {
  return {
    get type() {
      work();
      return "mark";
    },
  };
}

/**
 * Letters that nobody sees, as wide as a picture of words, which stand for those words: so
 * they can be searched, selected and copied.
 * @param {{ words: string, x: number, y: number, _width: number, _height: number }} picture
 * @param {any} document
 */
function lay_words_under({ words, x, y, _width: width, _height: height }, document) {
  const size = height / 1.5;
  document._font = document.provideFont("Roboto", false, false);
  document.fontSize(size);
  const count = Math.max(1, Math.floor(width / document.widthOfString("x")));
  document.markContent("Span", { actual: words });
  // Text rendering mode 3: neither filled nor stroked.
  document.save().addContent("3 Tr");
  document.text("x".repeat(count), x, y, { lineBreak: false });
  document.restore().endMarkedContent();
}

/** @param {Part | null} part @param {any} document */
function begin(part, document) {
  if (part === null) document.markContent("Artifact", { type: "Layout" });
  else part.element.add(document.markStructureContent(part.type));
}

/**
 * The part that an item belongs to; `null` for what only decorates: rules, bullets, page
 * numbers.
 * @param {any} item
 * @returns {Part | null}
 */
function part_of({ type, item }) {
  if (!item) return null;
  if (type === "line") {
    const inlines = /** @type {any[]} */ (item.inlines);
    return inlines.find((inline) => inline.part)?.part ?? null;
  }
  return item.part ?? null;
}
