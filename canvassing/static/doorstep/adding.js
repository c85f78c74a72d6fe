// adding.js: a door that is not on the list. The one place that needs the keyboard.
import { button, h, title } from "./screen.js";

/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Acts} Acts */

const FEW = 4;
const LONGEST_LABEL = 60;

/**
 * @param {View} view
 * @param {Acts} act
 */
export function addingScreen({ pack, look }, act) {
  const label = h("input", {
    id: "label",
    name: "label",
    class: "field",
    required: true,
    pattern: ".*\\S.*",
    maxlength: LONGEST_LABEL,
    autocomplete: "off",
    autocapitalize: "words",
    spellcheck: "false",
    enterkeyhint: "go",
    "aria-describedby": "label-hint",
  });
  return h(
    "form",
    { class: "asking", onsubmit: (/** @type {SubmitEvent} */ event) => submitted(event, act) },
    h("header", { class: "asking-head" }, title("Add a door")),
    h(
      "div",
      { class: "fields" },
      streetPicker(pack, look.current?.street),
      h("label", { for: "label" }, "What is on the door"),
      h(
        "p",
        { class: "hint", id: "label-hint" },
        "The number or name, with the flat: 14A, or Flat 3, 14, or Rose Cottage.",
      ),
      label,
    ),
    h(
      "div",
      { class: "paces" },
      button("plain", act.back, "Cancel"),
      h("button", { type: "submit", class: "button strong save" }, "Go to this door"),
    ),
  );
}

/**
 * @param {SubmitEvent} event
 * @param {Acts} act
 */
function submitted(event, act) {
  event.preventDefault();
  const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
  const label = String(given.get("label")).trim().replace(/\s+/g, " ");
  if (label) act.add(String(given.get("street")), label);
}

/**
 * Buttons where they fit, a list where there are many. The street one stands in comes chosen.
 * @param {Pack} pack
 * @param {string | undefined} here
 */
function streetPicker({ streets }, here) {
  const chosen = here ?? streets[0]?.id;
  if (streets.length > FEW) {
    const options = streets.map(({ id, name }) => h("option", { value: id, selected: id === chosen }, name));
    const picker = h("select", { id: "street", name: "street", class: "field" }, ...options);
    return h("div", {}, h("label", { for: "street" }, "Street"), picker);
  }
  const radios = streets.map(({ id, name }) =>
    h(
      "label",
      { class: "pick" },
      h("input", { type: "radio", name: "street", value: id, checked: id === chosen }),
      name,
    ),
  );
  return h("fieldset", {}, h("legend", {}, "Street"), ...radios);
}
