// status.js: the line that says exactly what is true: what is on this phone, what waits, when the server last took some.
import { clock } from "./screen.js";

/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./sync.js").Sent} Sent */

/**
 * How many contacts on this phone wait to be sent.
 * @param {Kept} kept
 */
export function waitingIn({ outbox, elsewhere }) {
  return outbox.filter(({ refused }) => !refused).length + elsewhere;
}

/** @param {Kept} kept */
export function statusLine(kept) {
  const { walk, outbox, journal } = kept;
  const waiting = waitingIn(kept);
  const sent = walk.sentAt ? `last sent ${clock(walk.sentAt)}` : "not sent yet";
  if (waiting > 0) return `Saved on this phone · ${waiting} waiting · ${sent}`;
  if (walk.sentAt) return `All sent · ${sent}`;
  return outbox.length + journal.length > 0 ? "Saved on this phone" : "Nothing logged yet";
}

/**
 * What keeps contacts from being sent, in a few words; "" when nothing does.
 * @param {Sent | null} sent
 */
export function troubleLine(sent) {
  if (sent?.went === "outdated") return "A new version is out. Reload between two doors.";
  if (sent?.went === "later") return "No connection: trying again.";
  return "";
}
