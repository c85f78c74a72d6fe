// walk.js: the doors of a walk on this phone: fetched, fetched again, and wiped when their time is over.
import * as api from "./api.js";
import * as db from "./db.js";
import { heard, obey } from "./sync.js";

/** @typedef {import("./types.js").Walk} Walk */

/** Names and doors do not stay on a phone that nobody has heard of for half a day. */
const SILENCE = 12 * 3_600_000;

/**
 * Ask the server for the walk. Without signal everything stays as it is.
 * @param {Walk} walk
 */
export async function refresh(walk) {
  const answer = await api.walk(walk.token, walk.etag);
  const { status, body, etag } = answer;
  const now = Date.now();
  if (status === 200 && Array.isArray(body?.doors)) {
    const change = { etag, name: body.walk.name, expiresAt: Date.parse(body.expires_at), needsLink: false };
    await db.keepPack(walk.allocation, body, { ...change, wipe: "none", ...heard(body, now) });
  } else if (status === 304) {
    await db.note(walk.allocation, { heardAt: now, needsLink: false });
  } else {
    await obey(walk, answer);
  }
}

/**
 * Whether doors and names must leave the phone at `now`, by its own clock: the lease is over, or nobody was heard.
 * @param {Walk} walk
 * @param {number} now
 */
export function isOver(walk, now) {
  return now + walk.skew > walk.expiresAt || now - walk.heardAt > SILENCE;
}

/** Wipe the doors of every walk whose time is over, signal or not. */
export async function wipeWhatIsOver() {
  for (const walk of await db.walks()) {
    if (walk.wipe === "none" && isOver(walk, Date.now())) await db.wipeDoors(walk.allocation, "doors");
  }
}
