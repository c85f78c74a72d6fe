// log.js: makes events. A tap is a contact; taking it back is a void; changing it is both. Nothing is ever edited.
import { forerunner } from "./fold.js";

/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Answers} Answers */
/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Tap} Tap */
/** @typedef {import("./types.js").Draft} Draft */

/**
 * What was heard at a door. `replaces` is the contact that Change takes back for it.
 * @typedef {object} Heard
 * @property {string} outcome
 * @property {string} [person]
 * @property {Answers} [answers]
 * @property {Row} [replaces]
 */

/**
 * @param {string} mode
 * @param {Stop} stop
 * @param {Heard} heard
 * @returns {Tap}
 */
export function contact(mode, stop, { outcome, person, answers, replaces }) {
  const facts = { kind: "contact", outcome, ...(person && { person }), ...(answers && { answers }) };
  const drafts = [event(stop.id, doorOf(stop), mode, facts)];
  if (replaces) drafts.unshift(voidOf(replaces, mode));
  const instead = outcome === "answered" ? forerunner(stop, replaces)?.id : undefined;
  return { drafts, added: stop.added, unsay: unsaid(replaces), instead };
}

/**
 * Taking a contact back. Always a new event, even when the old one was not sent: it may be on its way.
 * @param {string} mode
 * @param {Row} row
 * @returns {Tap}
 */
export function undoing(mode, row) {
  return { drafts: [voidOf(row, mode)], unsay: unsaid(row) };
}

/**
 * A door found on the way travels by street and label, for it has no id until the server has answered.
 * @param {Stop} stop
 */
function doorOf({ id, added }) {
  return added ? { street: added.street, label: added.label } : id;
}

/**
 * @param {Row} row
 * @param {string} mode
 */
function voidOf(row, mode) {
  return event(row.door, row.event.door, mode, { kind: "void", target: row.id });
}

/**
 * @param {string} door
 * @param {string | {street: string, label: string}} named
 * @param {string} mode
 * @param {object} facts
 * @returns {Draft}
 */
function event(door, named, mode, facts) {
  return { id: crypto.randomUUID(), door, event: { ...facts, door: named, mode, at: new Date().toISOString() } };
}

/**
 * In tally mode opinions are counted on arrival and cannot be taken out again, so what is undone before it was sent
 * travels without them.
 * @param {Row | undefined} row
 */
function unsaid(row) {
  return row?.event.mode === "tally" ? row.id : undefined;
}
