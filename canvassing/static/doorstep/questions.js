// questions.js: a conversation without the keyboard: who spoke, then one question at a time, each may be skipped.
import { icon } from "./icons.js";
import { button, counted, h, title } from "./screen.js";

/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").Talk} Talk */
/** @typedef {import("./types.js").Choice} Choice */
/** @typedef {import("./types.js").Question} Question */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Acts} Acts */

const COUNTED = "Answers already counted stay as they are. Only who spoke can still be changed.";
const TALLY = "Answers are only counted for the polling district. They are never tied to this door or this person.";

/** @typedef {{question: Question | null}} Step  null asks who it is */

/**
 * What is asked at a door. Opinions only where the campaign's legal mode lets a volunteer ask, and where the same
 * conversation may not have been counted before.
 * @param {Stop} stop
 * @param {Pack} pack
 * @param {boolean} [silent]
 * @returns {Step[]}
 */
export function stepsAt(stop, pack, silent = false) {
  const who = pack.names && stop.people.length > 0 ? [{ question: null }] : [];
  const asks = !silent && (pack.mode === "tally" || pack.mode === "full");
  return [...who, ...(asks ? pack.questions.map((question) => ({ question })) : [])];
}

/**
 * @param {View} view
 * @param {Acts} act
 */
export function questionScreen({ look, pack, place }, act) {
  const stop = /** @type {Stop} */ (look.current);
  const talk = /** @type {Talk} */ (place.talk);
  const steps = stepsAt(stop, pack, talk.silent);
  const question = steps[talk.step]?.question ?? null;
  return h(
    "section",
    { class: "asking" },
    h(
      "header",
      { class: "asking-head" },
      h("p", { class: "facts" }, `${stop.short} ${stop.streetName} · ${talk.step + 1} of ${steps.length}`),
      title(question ? question.text : "Who spoke to you?"),
      question && pack.mode === "tally" && h("p", { class: "note" }, TALLY),
      talk.silent && h("p", { class: "note" }, COUNTED),
    ),
    question ? choices(question, talk, act) : people(stop, talk, act),
    paces(talk, steps, act),
  );
}

/**
 * @param {Question} question
 * @param {Talk} talk
 * @param {Acts} act
 */
function choices({ id, text, answers }, talk, act) {
  const buttons = answers.map((answer) =>
    choice(answer.label, answer.key, talk.answers[id] === answer.id, () => act.answer(id, answer.id)),
  );
  return h("div", { class: "choices", role: "group", "aria-label": text }, ...buttons);
}

/**
 * Names stay hidden until tapped: somebody may look over the volunteer's shoulder.
 * @param {Stop} stop
 * @param {Talk} talk
 * @param {Acts} act
 */
function people({ people: listed }, talk, act) {
  const names = listed.map(({ id, name, reached }) =>
    choice(name, reached ? "spoken to" : "", talk.person === id, () => act.person(id)),
  );
  const covered = button("plain wide tall", act.names, icon("person"), `Show ${counted(listed.length, "name")}`);
  return h(
    "div",
    { class: "choices", role: "group", "aria-label": "Who spoke to you?" },
    ...(talk.named ? names : [covered]),
    choice("Somebody else, or did not say", "", talk.person === "", () => act.person("")),
  );
}

/**
 * @param {string} label
 * @param {string | undefined} key
 * @param {boolean} chosen
 * @param {() => void} onclick
 */
function choice(label, key, chosen, onclick) {
  return h(
    "button",
    { type: "button", class: "choice", "aria-pressed": String(chosen), onclick },
    h("span", { class: "choice-label" }, label),
    key && h("span", { class: "letter" }, key),
    chosen && icon("done"),
  );
}

/**
 * @param {Talk} talk
 * @param {Step[]} steps
 * @param {Acts} act
 */
function paces({ step }, steps, act) {
  const last = step >= steps.length - 1;
  return h(
    "div",
    { class: "paces" },
    button("plain", act.stepBack, icon("back"), step === 0 ? "Door" : "Back"),
    !last && button("plain", act.skip, "Skip", icon("forward")),
    button("strong save", act.save, icon("done"), "Save"),
  );
}
