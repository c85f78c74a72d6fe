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
    const change = { etag, name: body.walk.name, needsLink: false, ended: false };
    await db.keepPack(walk.allocation, body, { ...change, wipe: "none", ...heard(body, now) });
  } else if (status === 304) {
    await db.note(walk.allocation, { heardAt: now, needsLink: false });
  } else {
    await obey(walk, answer);
  }
}

/**
 * Whether the walk is over, as far as this phone knows: the server said so, or the lease has run out.
 * @param {Walk} walk
 * @param {number} now
 */
export function isOver(walk, now) {
  return walk.ended || now + walk.skew > walk.expiresAt;
}

/**
 * Whether doors and names must leave the phone at `now`, unless the server says otherwise.
 * @param {Walk} walk
 * @param {number} now
 */
export function isDoubtful(walk, now) {
  return walk.wipe === "none" && (isOver(walk, now) || now - walk.heardAt > SILENCE);
}

/**
 * Whether the doors that are gone may come back: this phone removed them by itself, and may still ask.
 * @param {Walk} walk
 */
export function mayReturn({ wipe, ended, needsLink }) {
  return wipe !== "none" && !ended && !needsLink;
}

/** Wipe the doors of every walk whose time is over. A lease may have been extended: who has signal asks first. */
export async function wipeWhatIsOver() {
  await askAbout((walk) => isDoubtful(walk, Date.now()));
  for (const walk of await db.walks()) {
    if (isDoubtful(walk, Date.now())) await db.wipeDoors(walk.allocation);
  }
}

/** Fetch again what this phone removed without being told to, until the server gives the doors or says it is over. */
export function bringBack() {
  return askAbout(mayReturn);
}

/** @param {(walk: Walk) => boolean} which */
async function askAbout(which) {
  const asked = (await db.walks()).filter(which);
  // Without the tag: "nothing has changed" would not tell the server's clock, which a wrong one is judged by.
  await Promise.all(asked.map((walk) => refresh({ ...walk, etag: "" }).catch(() => undefined)));
}
