// door.js: one door at a time, what happened last time, what can be logged, and where to go next.
import { icon } from "./icons.js";
import { button, clock, counted, day, h, signs, signsOf, title } from "./screen.js";

/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Acts} Acts */

const LONG_LABEL = 6;
const LONGEST_LABEL = 16;

/**
 * @param {View} view
 * @param {Acts} act
 */
export function doorScreen(view, act) {
  const { pack, look } = view;
  const stop = look.current;
  if (!stop) return finishedScreen(view, act);
  const logged = stop.logs.length > 0 && !view.changing;
  return h(
    "section",
    { class: "door" },
    plate(stop, look, pack),
    logged ? loggedHere(stop, view, act) : outcomes(stop, view, act),
    !view.changing && lastLogged(view, act),
    ways(view, act),
  );
}

/**
 * The door as one sees it: the street above, the number large.
 * @param {Stop} stop
 * @param {View["look"]} look
 * @param {Pack} pack
 */
function plate(stop, look, pack) {
  const size = stop.short.length > LONGEST_LABEL ? "longest" : stop.short.length > LONG_LABEL ? "long" : "short";
  const number = look.stops.indexOf(stop) + 1;
  const where = [stop.streetName, stop.block].filter(Boolean).join(", ");
  return h(
    "header",
    { class: "plate" },
    h(
      "p",
      { class: "street", "aria-hidden": "true" },
      stop.streetName,
      stop.block && h("span", { class: "block" }, stop.block),
    ),
    title(h("span", { class: `label ${size}` }, stop.short), h("span", { class: "hidden" }, ` ${where}`)),
    h("p", { class: "facts" }, [`Door ${number} of ${look.stops.length}`, ...facts(stop)].join(" · ")),
    stop.last && h("p", { class: "past" }, "Before: ", ...signsOf(stop.last.outcome, pack), day(stop.last.at)),
  );
}

/** @param {Stop} stop */
function facts({ people, tried, added }) {
  if (added) return ["Not on the list"];
  const who = people.length > 0 ? [counted(people.length, "elector")] : [];
  return [...who, tried > 0 ? `Tried ${counted(tried, "time")}` : "Not tried yet"];
}

/**
 * @param {Stop} stop
 * @param {View} view
 * @param {Acts} act
 */
function outcomes(stop, { pack, changing }, act) {
  const buttons = pack.outcomes.map((outcome) =>
    h(
      "button",
      { type: "button", class: "outcome", "data-outcome": outcome.id, onclick: () => act.log(stop, outcome.id) },
      ...signs(outcome),
    ),
  );
  return h(
    "div",
    { class: "outcomes", role: "group", "aria-label": "What happened?" },
    changing && h("p", { class: "note" }, "What happened really? The first entry is taken back."),
    ...buttons,
    changing && button("quiet", act.keep, "Leave it as it is"),
  );
}

/**
 * @param {Stop} stop
 * @param {View} view
 * @param {Acts} act
 */
function loggedHere(stop, { pack, look }, act) {
  const rows = stop.logs.map((row) => h("li", { class: "logged" }, ...stamp(row, pack), change(row, act)));
  const open = stop.people.length > 1 && stop.logs.some(({ event }) => event.outcome === "answered");
  return h(
    "div",
    { class: "outcomes" },
    h("ul", { class: "logs", "aria-label": "Logged at this door" }, ...rows),
    open && button("plain", () => act.log(stop, "answered"), icon("person"), "Somebody else here"),
    look.done < look.stops.length && button("strong", act.onward, "Go on", icon("forward")),
  );
}

/**
 * @param {Row} row
 * @param {Pack} pack
 */
function stamp(row, pack) {
  const when = row.refused ? "not accepted" : clock(row.event.at);
  return [...signsOf(row.event.outcome, pack), h("span", { class: "when" }, when)];
}

/**
 * @param {Row} row
 * @param {Acts} act
 */
function change(row, act) {
  return button("plain small", () => act.change(row), "Change");
}

/**
 * What was logged last, with a way back that does not vanish.
 * @param {View} view
 * @param {Acts} act
 */
function lastLogged({ look, pack, notice }, act) {
  const { last, stops } = look;
  const stop = stops.find(({ logs }) => last && logs.includes(last));
  if (!last || !stop)
    return h("div", { class: "last" }, h("p", {}, notice || "Tap what happened. It is saved at once."));
  return h(
    "div",
    { class: "last" },
    h("p", {}, notice || h("strong", {}, stop.short), " ", ...(notice ? [] : signsOf(last.event.outcome, pack))),
    h(
      "button",
      {
        type: "button",
        class: "button plain small",
        "aria-label": `Undo ${stop.short}`,
        onclick: () => act.undo(stop, last),
      },
      icon("undo"),
      "Undo",
    ),
  );
}

/**
 * Back, the list, and the next door, always in view.
 * @param {View} view
 * @param {Acts} act
 */
function ways({ look: { previous, next } }, act) {
  return h(
    "nav",
    { class: "ways", "aria-label": "Doors" },
    way(previous, "Before", "back", act),
    button("plain every", () => act.show("list"), icon("list"), "All doors"),
    way(next, "Next", "forward", act),
  );
}

/**
 * @param {Stop | null} stop
 * @param {string} word
 * @param {"back" | "forward"} sign
 * @param {Acts} act
 */
function way(stop, word, sign, act) {
  if (!stop) return h("span", { class: "way none" }, sign === "back" ? "First door" : "Last door");
  const label = h("span", { class: "way-to" }, h("span", { class: "way-word" }, `${word} `), stop.short);
  const parts = sign === "back" ? [icon(sign), label] : [label, icon(sign)];
  return button(`plain way ${sign}`, () => act.goTo(stop.id), ...parts);
}

/**
 * @param {View} view
 * @param {Acts} act
 */
function finishedScreen(view, act) {
  const { stops, done } = view.look;
  const empty = stops.length === 0;
  return h(
    "section",
    { class: "door" },
    h(
      "header",
      { class: "plate" },
      icon(empty ? "add" : "done"),
      title(empty ? "No doors listed yet" : `All ${counted(done, "door")} logged`),
      h(
        "p",
        { class: "facts" },
        empty
          ? "This street is known by name only. Add each door as you come to it."
          : "Well walked. Hand the walk back, so that others see it is done.",
      ),
    ),
    h(
      "div",
      { class: "outcomes" },
      !empty && button("strong", () => act.show("giving"), "Hand this walk back"),
      button(empty ? "strong" : "plain", () => act.show("adding"), icon("add"), "Add a door"),
    ),
    lastLogged(view, act),
    h(
      "nav",
      { class: "ways", "aria-label": "Doors" },
      button("plain", () => act.show("list"), icon("list"), "All doors"),
    ),
  );
}
