// Small helpers for building the page from text, never from HTML: what a file
// holds can then not become markup.

/**
 * The element with this id; a missing one is a mistake in index.html.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} kind
 * @returns {T}
 */
export function by_id(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`#${id}: found ${found}, expected ${kind.name}`);
  return found;
}

/**
 * An element with attributes and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | number | boolean>} [attributes] `false` leaves one out
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/**
 * The same for SVG.
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  element.append(...children);
  return /** @type {SVGElement} */ (element);
}

/** The field that a person wrote in, or ticked. @param {Event} event */
export function field_of(event) {
  return /** @type {HTMLInputElement} */ (event.target);
}

/**
 * Sets text only when it differs: a status region then stays quiet.
 * @param {Element} element
 * @param {string} text
 */
export function set_text(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A colour or length of the style sheet, as canvases need it.
 * @param {string} name such as `--train`
 */
export function css_value(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Calls back when the system turns dark or light. @param {() => void} listener */
export function on_theme_change(listener) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", listener);
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let announcing;

/**
 * Says something to a screen reader, once the page has been quiet for a moment:
 * figures that change ten times a second would otherwise never let it finish.
 * @param {string} sentence
 * @param {number} [after_ms]
 */
export function announce(sentence, after_ms = 0) {
  clearTimeout(announcing);
  announcing = setTimeout(() => {
    const announcer = document.getElementById("announcer");
    if (announcer) announcer.textContent = sentence;
  }, after_ms);
}

/** Whether a dialog stands before the page, so that what lies behind must rest. */
export function is_behind_dialog() {
  return document.querySelector("dialog[open]") !== null;
}

/**
 * Hands a file to the person.
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // Some browsers read the URL only after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
