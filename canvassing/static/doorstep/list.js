// list.js: every door of the walk by street and block, in walking order, and what can be done with the walk.
import { otherWalks } from "./giving.js";
import { icon } from "./icons.js";
import { button, clock, counted, day, h, signsOf, title } from "./screen.js";

/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Acts} Acts */

/**
 * @param {View} view
 * @param {Acts} act
 */
export function listScreen(view, act) {
  const { pack, look } = view;
  const { stops, done } = look;
  return h(
    "section",
    { class: "list" },
    h(
      "header",
      { class: "list-head" },
      title(pack.walk.name),
      h("p", {}, `${done} of ${counted(stops.length, "door")} logged`),
    ),
    button("plain wide", act.back, icon("back"), look.current ? `Back to ${look.current.short}` : "Back"),
    ...streets(stops).map((group) => streetOf(group, view, act)),
    button("plain wide", () => act.show("adding"), icon("add"), "Add a door that is not listed"),
    walkPanel(view, act),
  );
}

/**
 * Neighbours in walking order that share a street: a walk that comes back to a street lists it twice.
 * @param {Stop[]} stops
 */
function streets(stops) {
  return runs(stops, ({ street }) => street);
}

/**
 * @param {Stop[]} stops
 * @param {(stop: Stop) => string} key
 * @returns {Stop[][]}
 */
function runs(stops, key) {
  /** @type {Stop[][]} */
  const groups = [];
  for (const stop of stops) {
    const group = groups.at(-1);
    if (group?.[0] && key(group[0]) === key(stop)) group.push(stop);
    else groups.push([stop]);
  }
  return groups;
}

/**
 * @param {Stop[]} group
 * @param {View} view
 * @param {Acts} act
 */
function streetOf(group, view, act) {
  const blocks = runs(group, ({ block }) => block).map((doors) =>
    h(
      "div",
      { class: "block-of-doors" },
      doors[0]?.block && h("h3", {}, doors[0].block),
      h("ul", { class: "doors" }, ...doors.map((stop) => rowOf(stop, view, act))),
    ),
  );
  return h("section", { class: "street-of-doors" }, h("h2", {}, group[0]?.streetName || "Street"), ...blocks);
}

/**
 * @param {Stop} stop
 * @param {View} view
 * @param {Acts} act
 */
function rowOf(stop, { pack, look }, act) {
  const here = stop.id === look.current?.id;
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button",
        class: "row",
        "aria-current": here && "step",
        "data-door": stop.id,
        onclick: () => act.goTo(stop.id),
      },
      h("span", { class: "row-label" }, stop.short),
      h("span", { class: stop.logs.length > 0 ? "row-state" : "row-state open" }, ...stateOf(stop, pack)),
    ),
  );
}

/**
 * What was logged here, or what is known from before.
 * @param {Stop} stop
 * @param {Pack} pack
 */
function stateOf({ logs, last }, pack) {
  const row = logs.at(-1);
  if (row) {
    const when = row.refused ? "not accepted" : clock(row.event.at);
    return [...signsOf(row.event.outcome, pack), h("span", { class: "when" }, when)];
  }
  return last ? ["Before:", ...signsOf(last.outcome, pack), day(last.at)] : ["Not yet"];
}

/**
 * @param {View} view
 * @param {Acts} act
 */
function walkPanel(view, act) {
  const { walk, shade } = view;
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, "This walk"),
    h("p", {}, `In your hands until ${day(walk.expiresAt)}, ${clock(walk.expiresAt)}.`),
    button("plain wide", () => act.show("giving"), "Hand this walk back"),
    ...otherWalks(view, act),
    h("a", { class: "button plain wide", href: "/doorstep/" }, "My walks"),
    shades(shade, act),
  );
}

/**
 * @param {string} chosen
 * @param {Acts} act
 */
function shades(chosen, act) {
  /** @type {[string, string][]} */
  const all = [
    ["", "As the phone"],
    ["light", "Light"],
    ["dark", "Dark"],
  ];
  return h(
    "div",
    { class: "shades", role: "group", "aria-label": "Screen colours" },
    ...all.map(([shade, word]) =>
      h(
        "button",
        {
          type: "button",
          class: "button plain",
          "aria-pressed": String(shade === chosen),
          onclick: () => act.shade(shade),
        },
        word,
      ),
    ),
  );
}
