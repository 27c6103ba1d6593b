// The assignment that a student's page was opened with, in sight above the bench: what it is
// called, what stands in its way, and the press that leaves it. Settings that it fixes are
// locked where they stand, with the reason in words; those that it hides are hidden.

import { locked_settings, why_not_assigned } from "../../app/assigned.js";
import { count } from "../../base/format.js";
import { el, set_text } from "../../ui/dom.js";

/** @import { GivenAssignment } from "../../app/given_assignment.js" */
/** @import { PageState, View } from "../../app/state.js" */

/**
 * @param {View<PageState>} page
 * @param {GivenAssignment} assignment
 */
export function mount_strip(page, assignment) {
  const title = el("strong");
  const told = el("span", { role: "status", "aria-label": "Assignment in the way" });
  const asked = el("a", { href: "#study" }, "What it asks");
  const ids = el("a", { href: "#study" }, "Enter your ids");
  asked.addEventListener("click", () => show_soon("ul.assignment"));
  ids.addEventListener("click", () => show_soon("#report-id-1"));
  const leave = el("button", { type: "button", class: "quiet" }, "Leave the assignment");
  leave.addEventListener("click", () => assignment.leave());
  const strip = el(
    "section",
    { class: "assignment-strip", "aria-label": "Your assignment" },
    el("p", {}, title, " ", told),
    ids,
    asked,
    leave,
  );
  document.querySelector("header.top")?.after(strip);

  page.watch(["assignment", "data", "ids"], (state) => {
    strip.hidden = state.assignment === null;
    set_text(title, state.assignment?.given?.title ?? "Assignment");
    const why = why_not_assigned(state);
    const data = state.data === null ? state.assignment?.given?.data : undefined;
    const wanted = data ? `Load ${data.name}, ${count(data.num_rows)} rows, under Data.` : "";
    const next = "Train, study, and make the report; what is fixed is locked.";
    set_text(told, [wanted, why].filter(Boolean).join(" ") || next);
    strip.classList.toggle("is-barred", why !== "");
    const { given, seed } = state.assignment ?? {};
    ids.hidden = !given?.seed_from_ids || seed !== null;
  });
  page.watch(["assignment"], ({ assignment }) => lock_fields(assignment));
}

/**
 * Brings what stands in another view into sight, once that view is there.
 * @param {string} selector
 */
function show_soon(selector) {
  const show = () => {
    const found = /** @type {HTMLElement | null} */ (document.querySelector(selector));
    if (!found?.checkVisibility()) return false;
    found.scrollIntoView({ block: "center" });
    if (found instanceof HTMLInputElement) found.focus({ preventScroll: true });
    return true;
  };
  const watch = new MutationObserver(() => show() && watch.disconnect());
  watch.observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden"] });
  if (show()) watch.disconnect();
}

/** @param {PageState["assignment"]} assignment */
function lock_fields(assignment) {
  const locked = locked_settings(assignment);
  const hidden = assignment?.given?.hidden ?? [];
  for (const field of document.querySelectorAll("[data-settings] .field")) {
    const control = /** @type {HTMLInputElement | HTMLSelectElement | null} */ (
      field.querySelector("input, select")
    );
    if (!(field instanceof HTMLElement) || !control) continue;
    const reason = locked.get(control.name) ?? "";
    control.disabled = reason !== "";
    field.hidden = hidden.includes(control.name);
    field.querySelector(".locked")?.remove();
    const id = `${control.id}-locked`;
    const others = (control.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .filter((one) => one !== id);
    control.setAttribute("aria-describedby", [...others, ...(reason ? [id] : [])].join(" "));
    if (reason) field.append(el("p", { class: "locked", id }, reason));
  }
}
