// The colours in which drawings stand on the page.

/** The page's own colours: a drawing on it stands on no paper. */
export function page_theme() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    paper: "",
    ink: value("--ink"),
    soft: value("--soft"),
    grid: value("--line"),
    train: value("--train"),
    valid: value("--valid"),
  };
}
