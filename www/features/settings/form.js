// The form fields of the settings: built from `SETTINGS`, written to the state
// and to the address as they change, marked where the engine refuses one.

import { by_id, el, set_text } from "../../ui/dom.js";
import { SETTINGS, config_to_query, parse_number, setting_of_error } from "../../base/settings.js";

/** @import { Setting, Settings } from "../../base/settings.js" */
/** @import { PageState, Store } from "../../app/state.js" */

const GENERAL_HINT =
  "Plain SGD on pixels normalised as (x / 255 − 0.1307) / 0.3081. Point at a setting to read of it.";

/** @param {Store<PageState>} store */
export function create_settings_form(store) {
  /** @type {Map<keyof Settings, HTMLInputElement | HTMLSelectElement>} */
  const controls = new Map();
  /** @type {Map<keyof Settings, HTMLElement>} */
  const faults = new Map();
  /** The line that explains each setting. @type {Map<keyof Settings, Element>} */
  const lines = new Map();
  const explain = by_id("explain", HTMLElement);
  let told = "";
  set_text(explain, GENERAL_HINT);

  for (const box of document.querySelectorAll("[data-settings]")) {
    const keys = (box.getAttribute("data-settings") ?? "").split(" ");
    const below = el("p", { class: "hint below", "aria-hidden": "true" });
    const line = box.classList.contains("run-fields") ? explain : below;
    for (const setting of SETTINGS.filter(({ key }) => keys.includes(key))) {
      const { field, control, fault } = build_field(setting, store.get().config);
      controls.set(setting.key, control);
      faults.set(setting.key, fault);
      box.append(field);
      control.addEventListener("input", () => {
        const value = value_of(setting, control);
        store.set({
          config: /** @type {Settings} */ ({ ...store.get().config, [setting.key]: value }),
        });
      });
      lines.set(setting.key, line);
      const show = () => {
        if (!line.classList.contains("wrong")) set_text(line, `${setting.label}. ${setting.hint}`);
      };
      field.addEventListener("pointerenter", show);
      control.addEventListener("focus", show);
    }
    if (line === below) box.append(below);
  }

  store.watch(["config"], ({ config }) => {
    const query = config_to_query(config, { all: false });
    const foreign = foreign_query();
    const search = [query.slice(1), foreign].filter(Boolean).join("&");
    history.replaceState(
      null,
      "",
      `${location.pathname}${search ? `?${search}` : ""}${location.hash}`,
    );
  });

  store.watch(["plan_error"], ({ plan_error }) => {
    const wrong = plan_error ? setting_of_error(plan_error)?.key : undefined;
    for (const [key, control] of controls) {
      const fault = faults.get(key);
      if (!fault) continue;
      const is_wrong = key === wrong;
      if (is_wrong) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
      set_text(fault, is_wrong ? plan_error : "");
    }
    for (const line of document.querySelectorAll(".explain, .below")) {
      const is_here = wrong !== undefined && line === lines.get(wrong);
      line.classList.toggle("wrong", is_here);
      if (is_here) set_text(line, plan_error);
      else if (line.textContent === told) set_text(line, line === explain ? GENERAL_HINT : "");
    }
    told = plan_error;
  });

  for (const button of document.querySelectorAll(".fold")) {
    button.addEventListener("click", () => {
      const box = document.getElementById(button.getAttribute("aria-controls") ?? "");
      const open = box?.classList.toggle("open") ?? false;
      button.setAttribute("aria-expanded", String(open));
    });
  }
}

/**
 * @param {Setting} setting
 * @param {Settings} config
 */
function build_field(setting, config) {
  const { key, label, kind, hint } = setting;
  const id = `setting-${key.replaceAll("_", "-")}`;
  const described = { id, name: key, "aria-describedby": `${id}-hint ${id}-fault` };
  const value = config[key];
  /** @type {HTMLInputElement | HTMLSelectElement} */
  let control;
  if (kind === "choice") {
    const options = (setting.choices ?? []).map(([choice, words]) =>
      el("option", { value: choice }, words),
    );
    control = el("select", described, ...options);
    control.value = String(value);
  } else if (kind === "flag") {
    control = el("input", { ...described, type: "checkbox" });
    control.checked = Boolean(value);
  } else if (kind === "number") {
    control = el("input", {
      ...described,
      type: "number",
      step: setting.step ?? "any",
      min: setting.min ?? false,
      inputmode: setting.step === "1" ? "numeric" : "decimal",
      autocomplete: "off",
    });
    control.value = String(value);
  } else {
    control = el("input", { ...described, type: "text", autocomplete: "off", spellcheck: "false" });
    control.value = String(value);
  }
  const fault = el("p", { class: "fault", id: `${id}-fault` });
  const parts = [
    el("label", { for: id }, label),
    control,
    el("p", { class: "hint", id: `${id}-hint` }, hint),
    fault,
  ];
  if (kind === "flag") parts.splice(0, 2, control, el("label", { for: id }, label));
  return { field: el("div", { class: `field is-${kind}` }, ...parts), control, fault };
}

/**
 * @param {Setting} setting
 * @param {HTMLInputElement | HTMLSelectElement} control
 * @returns {string | number | boolean}
 */
function value_of(setting, control) {
  if (setting.kind === "flag") return control instanceof HTMLInputElement && control.checked;
  // What cannot be read as a number goes to the engine as NaN: it has the words.
  if (setting.kind === "number") return parse_number(control.value);
  return control.value;
}

/** What else stands in the address, such as a test's switch, stays there. */
function foreign_query() {
  const kept = new URLSearchParams();
  for (const [key, value] of new URLSearchParams(location.search)) {
    if (key === "fault" || key === "view") kept.append(key, value);
  }
  return kept.toString();
}
