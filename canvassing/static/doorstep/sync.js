// sync.js: sends the outbox. An event leaves it only when a result names its id.
import * as api from "./api.js";
import * as db from "./db.js";
import * as outbox from "./outbox.js";

/** @typedef {import("./types.js").Walk} Walk */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./api.js").Answer} Answer */

const BATCH = 50;
const TOO_MUCH = new Set([400, 413, 422]);
const TAKEN = new Set(["accepted", "duplicate", "held", "refused"]);

/**
 * How sending went. `later`: try again, not before `wait` milliseconds; `outdated`: the server wants a newer page.
 * @typedef {{went: "sent" | "later" | "outdated", wait: number}} Sent
 */

/** @type {Sent} */
const SENT = { went: "sent", wait: 0 };
/** @type {Sent} */
const LATER = { went: "later", wait: 0 };

/**
 * Send what waits of every walk on this phone. One tab at a time: another waits here, then finds nothing to send, and
 * takes over at once when the first is closed.
 * @returns {Promise<Sent>}
 */
export function drain() {
  return navigator.locks.request("sync", async () => {
    let worst = SENT;
    for (const walk of await db.walks()) {
      const sent = walk.needsLink ? SENT : await drainWalk(walk);
      if (sent.went !== "sent") worst = sent;
    }
    return worst;
  });
}

/**
 * @param {Walk} walk
 * @returns {Promise<Sent>}
 */
async function drainWalk(walk) {
  const waits = walk.repost || (await outbox.waiting(walk.allocation, 1)).length > 0;
  // Certainly no network: then nothing leaves, and what was said can still be changed.
  if (waits && !navigator.onLine) return LATER;
  const sent = walk.repost ? await afterNewLink(walk) : SENT;
  return sent.went === "sent" ? drainOutbox(walk) : sent;
}

/**
 * @param {Walk} walk
 * @returns {Promise<Sent>}
 */
async function drainOutbox(walk) {
  let most = BATCH;
  let reply = null;
  for (;;) {
    const rows = await outbox.leaving(walk.allocation, most);
    if (rows.length === 0) break;
    const answer = await api.events(walk.token, envelope(walk, rows));
    const results = namedIn(answer, rows);
    if (results) {
      await take(walk, rows, results, answer.body);
      reply = answer.body;
    } else if (!TOO_MUCH.has(answer.status)) {
      return refusal(walk, answer);
    } else if (rows.length > 1) {
      most = rows.length >> 1;
    } else {
      await setAside(walk, rows, `the server answered ${answer.status}`);
    }
  }
  return reply ? restore(walk, reply.have) : SENT;
}

/**
 * @param {Walk} walk
 * @param {Row[]} rows
 */
function envelope(walk, rows) {
  const sentAt = new Date().toISOString();
  return { v: 1, device: walk.device, sent_at: sentAt, client: api.CLIENT, events: rows.map(({ event }) => event) };
}

/** @param {Answer} answer */
function hasResults({ status, body }) {
  return status === 200 && Array.isArray(body?.results);
}

/**
 * The results that speak of `rows`; null when this is not an answer to them, whatever its status says.
 * @param {Answer} answer
 * @param {Row[]} rows
 * @returns {Map<string, any> | null}
 */
function namedIn(answer, rows) {
  if (!hasResults(answer)) return null;
  const sent = new Set(rows.map(({ id }) => id));
  const known = answer.body.results.filter((/** @type {any} */ one) => sent.has(one?.id) && TAKEN.has(one.status));
  return known.length > 0 ? new Map(known.map((/** @type {any} */ one) => [one.id, one])) : null;
}

/**
 * @param {Walk} walk
 * @param {Row[]} rows
 * @param {Map<string, any>} results
 * @param {any} body
 */
async function take(walk, rows, results, body) {
  const now = Date.now();
  await outbox.acknowledge(walk, rows, results, { sentAt: now, ...heard(body, now) });
  await wipe(walk, body.wipe);
}

/**
 * What any answer of the server tells: that it lives, how far this phone's clock is off, until when the walk is out.
 * @param {{server_time?: string, expires_at?: string}} body
 * @param {number} now
 * @returns {Partial<Walk>}
 */
export function heard(body, now) {
  const skew = Date.parse(body.server_time ?? "") - now;
  const expiresAt = Date.parse(body.expires_at ?? "");
  return {
    heardAt: now,
    ...(!Number.isNaN(skew) && { skew }),
    ...(!Number.isNaN(expiresAt) && { expiresAt }),
  };
}

/**
 * Delete what the server says must go: the doors of a walk that is over, or all there is of it.
 * @param {Walk} walk
 * @param {string | undefined} what
 */
async function wipe({ allocation }, what) {
  if (what === "all") await db.forgetWalk(allocation);
  else if (what === "doors") await db.wipeDoors(allocation, { ended: true });
}

/**
 * An event that the server cannot even read alone: kept, shown, and out of the way of the rest.
 * @param {Walk} walk
 * @param {Row[]} rows
 * @param {string} reason
 */
function setAside(walk, rows, reason) {
  return outbox.acknowledge(walk, rows, new Map(rows.map(({ id }) => [id, { status: "refused", reason }])), {});
}

/**
 * An answer that takes nothing: everything stays where it is.
 * @param {Walk} walk
 * @param {Answer} answer
 * @returns {Promise<Sent>}
 */
async function refusal(walk, answer) {
  await obey(walk, answer);
  if (answer.status === 401) return SENT;
  return { went: answer.status === 426 ? "outdated" : "later", wait: answer.wait };
}

/**
 * What a refused token means for the phone: doors are wiped when the walk is over, everything when the phone was
 * reported stolen; else sending waits for a new link, and the outbox stays as it is.
 * @param {Walk} walk
 * @param {Answer} answer
 */
export async function obey(walk, { status, body }) {
  await wipe(walk, body?.wipe ?? (status === 410 ? "doors" : "none"));
  if (status === 401) await db.note(walk.allocation, { needsLink: true });
}

/**
 * By how many events the server was still short after it was last sent the journal, by device.
 * @type {Map<string, number>}
 */
const shortfalls = new Map();

/**
 * The server holds fewer events than it said it took (a backup was restored, rows were lost): send the journal again.
 * @param {Walk} walk
 * @param {number} have
 * @returns {Promise<Sent>}
 */
async function restore(walk, have) {
  const count = await outbox.acknowledgedBy(walk.device);
  if (have >= count || shortfalls.get(walk.device) === count - have) return SENT;
  const answer = await repost(walk);
  if (answer && !hasResults(answer)) return refusal(walk, answer);
  shortfalls.set(walk.device, count - (answer?.body.have ?? have));
  return SENT;
}

/**
 * A token that was lost may have been lost together with events, and what the server holds under the old device cannot
 * be asked: the first thing that goes out under a new link is the journal.
 * @param {Walk} walk
 * @returns {Promise<Sent>}
 */
async function afterNewLink(walk) {
  const answer = await repost(walk);
  if (answer && !hasResults(answer)) return refusal(walk, answer);
  await db.note(walk.allocation, { repost: false });
  return SENT;
}

/**
 * Send the whole journal again; what the server holds already changes nothing there. Resolves to the last answer, or
 * the first that is none; null when there is no journal.
 * @param {Walk} walk
 */
async function repost(walk) {
  const rows = await outbox.journal(walk.allocation);
  /** @type {Answer | null} */
  let answer = null;
  for (let from = 0; from < rows.length; from += BATCH) {
    answer = await api.events(walk.token, envelope(walk, rows.slice(from, from + BATCH)));
    if (!hasResults(answer)) break;
  }
  return answer;
}
