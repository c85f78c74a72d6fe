// outbox.js: events on this phone: in the outbox until the server names them, then in the journal.
import { amend, ofWalk, on, write } from "./db.js";

/** @typedef {import("./types.js").Walk} Walk */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").AddedDoor} AddedDoor */
/** @typedef {import("./types.js").Draft} Draft */
/** @typedef {import("./types.js").Place} Place */
/** @typedef {import("./types.js").Tap} Tap */

/**
 * Save what one tap came to, with the place to go on from, in one transaction: events are numbered and in the outbox.
 * Trying again after a failure that was none changes nothing, for the ids are the tap's. Resolves to whether answers
 * that the tap takes back or tells anew may be counted by now: only here is that known, for a batch may have left
 * after the screen was drawn.
 * @param {number} allocation
 * @param {Tap} tap
 * @param {Place} place
 * @returns {Promise<boolean>}
 */
export function append(allocation, { drafts, added, unsay, instead }, place) {
  return write(["walks", "outbox", "journal"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    if (await rowOf(tx, drafts[0]?.id)) return false;
    const walk = await tx.objectStore("walks").get(allocation);
    const counted = Boolean((await rowOf(tx, instead ?? unsay))?.counted);
    let { seq } = walk;
    for (const { id, door, event } of drafts) {
      seq += 1;
      const row = { id, allocation, seq, door, event: { ...event, id, seq } };
      await outbox.put(counted && instead && event.kind === "contact" ? retelling(row, instead) : row);
    }
    const unsaid = unsay && (await outbox.get(unsay));
    if (unsaid) await outbox.put({ ...unsaid, event: withoutAnswers(unsaid.event) });
    await tx.objectStore("walks").put({ ...walk, seq, place, added: withDoor(walk.added, added) });
    return counted;
  });
}

/**
 * @param {any} tx
 * @param {string | undefined} id
 * @returns {Promise<Row | undefined>}
 */
async function rowOf(tx, id) {
  if (!id) return undefined;
  return (await tx.objectStore("outbox").get(id)) ?? tx.objectStore("journal").get(id);
}

/**
 * A conversation told again after its answers left the phone. A second set of answers would be counted besides them.
 * @param {Row} row
 * @param {string} instead
 * @returns {Row}
 */
function retelling(row, instead) {
  return { ...row, event: withoutAnswers(row.event), counted: true, instead };
}

/**
 * @param {AddedDoor[]} doors
 * @param {AddedDoor | undefined} added
 */
function withDoor(doors, added) {
  return added && !doors.some(({ id }) => id === added.id) ? [...doors, added] : doors;
}

/** @param {any} event */
function withoutAnswers(event) {
  const { answers: _, ...rest } = event;
  return rest;
}

/**
 * The oldest events of a walk that wait to be sent, `most` of them. What the server refused is kept, not sent again.
 * @param {number} allocation
 * @param {number} most
 * @returns {Promise<Row[]>}
 */
export async function waiting(allocation, most) {
  const rows = await on((db) => db.getAllFromIndex("outbox", "by_walk", ofWalk(allocation)));
  return rows.filter((/** @type {Row} */ row) => !row.refused).slice(0, most);
}

/**
 * The same, about to leave. Answers that are to be counted are marked on disk before they are on the wire: whether they
 * arrived is not known until the server says so, and a tap that takes them back meanwhile has to wait for nobody.
 * @param {number} allocation
 * @param {number} most
 * @returns {Promise<Row[]>}
 */
export function leaving(allocation, most) {
  return write(["outbox"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    /** @type {Row[]} */
    const all = await outbox.index("by_walk").getAll(ofWalk(allocation));
    const rows = all.filter((row) => !row.refused).slice(0, most);
    for (const row of rows.filter(({ event }) => event.answers && event.mode === "tally")) {
      row.counted = true;
      await outbox.put(row);
    }
    return rows;
  });
}

/**
 * @param {number} allocation
 * @returns {Promise<Row[]>}
 */
export function journal(allocation) {
  return on((db) => db.getAllFromIndex("journal", "by_walk", ofWalk(allocation)));
}

/**
 * How many events of `device` the server has said it holds. What may have come to it under an earlier device of the same
 * walk is not among them.
 * @param {string} device
 * @returns {Promise<number>}
 */
export function acknowledgedBy(device) {
  return on((db) => db.countFromIndex("journal", "by_device", device));
}

/**
 * Move what the server named from the outbox to the journal, and mark what it refused. In tally mode the opinions
 * end here: from now on nothing on this phone ties an answer to a door.
 * @param {Walk} walk
 * @param {Row[]} rows
 * @param {Map<string, {status: string, reason?: string, door?: string}>} results
 * @param {Partial<Walk>} change
 */
export function acknowledge(walk, rows, results, change) {
  return write(["walks", "outbox", "journal"], async (tx) => {
    const kept = await tx.objectStore("walks").get(walk.allocation);
    // Wiped whole while the answer was on its way.
    if (!kept) return;
    for (const { id } of rows) {
      // As it is now: what was undone on the way has lost its answers, and must not get them back.
      const row = await tx.objectStore("outbox").get(id);
      const result = results.get(id);
      if (row && result) await settle(tx, row, result, walk.device);
    }
    await amend(tx, walk.allocation, { ...change, added: named(kept.added, rows, results) });
  });
}

/**
 * @param {any} tx
 * @param {Row} row
 * @param {{status: string, reason?: string}} result
 * @param {string} device
 */
async function settle(tx, row, { status, reason }, device) {
  const outbox = tx.objectStore("outbox");
  if (status === "refused") return outbox.put({ ...row, refused: reason ?? "refused" });
  const event = row.event.mode === "tally" ? withoutAnswers(row.event) : row.event;
  // What is held is not counted, now or ever.
  const counted = row.counted && (status !== "held" || Boolean(row.instead));
  await outbox.delete(row.id);
  await tx
    .objectStore("journal")
    .put({ ...row, event, counted, device: row.device ?? device, acknowledged: Date.now() });
}

/**
 * Doors found on the way, each with the server's id where a result gave one.
 * @param {AddedDoor[]} added
 * @param {Row[]} rows
 * @param {Map<string, {door?: string}>} results
 */
function named(added, rows, results) {
  const ids = new Map(rows.map((row) => [row.door, results.get(row.id)?.door]));
  return added.map((door) => ({ ...door, known: ids.get(door.id) ?? door.known }));
}

/**
 * Let what the server refused be sent once more.
 * @param {number} allocation
 */
export function unrefuse(allocation) {
  return write(["outbox"], async (tx) => {
    for (const { refused: _, ...row } of await tx.objectStore("outbox").index("by_walk").getAll(ofWalk(allocation))) {
      await tx.objectStore("outbox").put(row);
    }
  });
}
