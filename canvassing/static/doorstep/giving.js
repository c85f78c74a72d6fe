// giving.js: handing the walk back, and what is shown once a walk is over.
import { icon } from "./icons.js";
import { alarm, button, counted, h, title } from "./screen.js";
import { isOver } from "./walk.js";

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Acts} Acts */

/**
 * @param {View} view
 * @param {Acts} act
 */
export function givingScreen({ look, notice }, act) {
  const left = look.stops.length - look.done;
  const rest =
    left === 0 ? "Every door is logged." : `${counted(left, "door")} not logged: somebody else can take them.`;
  return h(
    "section",
    { class: "asking" },
    h(
      "header",
      { class: "asking-head" },
      title("Hand this walk back?"),
      h("p", {}, `${rest} Doors and names then leave this phone.`),
      notice && alarm("Not handed back.", notice),
    ),
    h(
      "div",
      { class: "paces" },
      button("plain", act.back, "Keep it"),
      button("strong save", act.handBack, "Yes, hand back"),
    ),
  );
}

/**
 * Why there are no doors: the walk is over, or nobody was heard for long, or they were never fetched.
 * @param {import("./types.js").Walk} walk
 * @returns {[string, string]}
 */
function whyDoorless(walk) {
  if (walk.wipe === "none") return ["The doors are not here yet", "They are loaded as soon as there is signal."];
  if (isOver(walk, Date.now())) return ["This walk is over", "Its doors and names have left this phone."];
  const back = walk.needsLink ? "with a new link" : "as soon as there is signal";
  return [
    "Doors removed for safety",
    `This phone had not reached the campaign for 12 hours, so doors and names left it. They come back ${back}.`,
  ];
}

/**
 * A walk whose doors are not on this phone.
 * @param {View} view
 * @param {Acts} act
 */
export function doorlessScreen(view, act) {
  const { walk, kept } = view;
  const over = walk.wipe !== "none" && isOver(walk, Date.now());
  const [what, why] = whyDoorless(walk);
  const waiting = kept.outbox.length;
  return h(
    "section",
    { class: "entry" },
    icon(over ? "done" : "list"),
    title(what),
    h("p", {}, why),
    waiting > 0 &&
      h(
        "p",
        {},
        h("strong", {}, counted(waiting, "contact")),
        " still on this phone; they are sent with the next signal.",
      ),
    !over && button("strong wide", act.send, "Try again"),
    ...otherWalks(view, act),
    h("a", { class: "button plain wide", href: "/doorstep/" }, "My walks"),
    over && button("plain wide", act.enter, "I have a code"),
  );
}

/**
 * A way to each other walk that is open on this phone.
 * @param {View} view
 * @param {Acts} act
 */
export function otherWalks({ walk, walks }, act) {
  return walks
    .filter(({ allocation, wipe }) => allocation !== walk.allocation && wipe === "none")
    .map(({ allocation, name }) =>
      button("plain wide", () => act.switchTo(allocation), `Open ${name || "another walk"}`),
    );
}
