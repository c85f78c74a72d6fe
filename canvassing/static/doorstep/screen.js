// screen.js: how a screen is put together. Text reaches the page as text nodes only, never as markup.
import { icon } from "./icons.js";

/** @typedef {Node | string | false | null | undefined} Child */

/**
 * One element. `onclick` and its like are listeners, `true` an attribute without value; what is false is left out.
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value || value === 0) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.map((child) => child || ""));
  return element;
}

/**
 * The title of a screen: where focus goes when the screen changes.
 * @param {...Child} children
 */
export function title(...children) {
  return h("h1", { tabindex: -1 }, ...children);
}

/**
 * @param {string} look  "strong", "plain", "quiet"
 * @param {() => void} onclick
 * @param {...Child} children
 */
export function button(look, onclick, ...children) {
  return h("button", { type: "button", class: `button ${look}`, onclick }, ...children);
}

/**
 * Something the volunteer has to know now. Told in words, with a sign beside them.
 * @param {string} what
 * @param {string} why
 * @param {...Child} ways  what can be done about it
 */
export function alarm(what, why, ...ways) {
  return h(
    "div",
    { class: "alarm", role: "alert" },
    icon("warning"),
    h("p", {}, h("strong", {}, what), " ", why),
    ...ways,
  );
}

/**
 * How an outcome always looks: drawing, word, letter.
 * @param {import("./types.js").Outcome | undefined} outcome
 * @returns {Node[]}
 */
export function signs(outcome) {
  if (!outcome) return [icon("other"), h("span", { class: "word" }, "Logged")];
  const letter = h("span", { class: "letter", "aria-hidden": "true" }, outcome.code);
  return [icon(outcome.id), h("span", { class: "word" }, outcome.label), letter];
}

/**
 * @param {string | undefined} outcome
 * @param {import("./types.js").Pack} pack
 */
export function signsOf(outcome, pack) {
  return signs(pack.outcomes.find(({ id }) => id === outcome));
}

/**
 * Hours and minutes of a moment, as a clock on the wall says them.
 * @param {number | string} moment
 */
export function clock(moment) {
  return new Date(moment).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

/** @param {number | string} moment */
export function day(moment) {
  return new Date(moment).toLocaleDateString("en-GB", { day: "numeric", month: "long" });
}

/**
 * "1 door", "2 doors".
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
