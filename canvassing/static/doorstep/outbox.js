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
 * Trying again after a failure that was none changes nothing, for the ids are the tap's.
 * @param {number} allocation
 * @param {Tap} tap
 * @param {Place} place
 */
export function append(allocation, { drafts, added, unsay }, place) {
  return write(["walks", "outbox", "journal"], async (tx) => {
    const outbox = tx.objectStore("outbox");
    if (await isSaved(tx, drafts)) return;
    const walk = await tx.objectStore("walks").get(allocation);
    let { seq } = walk;
    for (const { id, door, event } of drafts) {
      seq += 1;
      await outbox.put({ id, allocation, seq, door, event: { ...event, id, seq } });
    }
    const unsaid = unsay && (await outbox.get(unsay));
    if (unsaid) await outbox.put({ ...unsaid, event: withoutAnswers(unsaid.event) });
    await tx.objectStore("walks").put({ ...walk, seq, place, added: withDoor(walk.added, added) });
  });
}

/**
 * @param {any} tx
 * @param {Draft[]} drafts
 */
async function isSaved(tx, drafts) {
  const id = drafts[0]?.id;
  return Boolean((await tx.objectStore("outbox").get(id)) ?? (await tx.objectStore("journal").get(id)));
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
 * @param {number} allocation
 * @returns {Promise<Row[]>}
 */
export function journal(allocation) {
  return on((db) => db.getAllFromIndex("journal", "by_walk", ofWalk(allocation)));
}

/**
 * How many events of `device` the server has said it holds.
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
    for (const row of rows) {
      const result = results.get(row.id);
      if (result?.status === "refused")
        await tx.objectStore("outbox").put({ ...row, refused: result.reason ?? "refused" });
      else if (result) await move(tx, row, walk.device);
    }
    const { added } = await tx.objectStore("walks").get(walk.allocation);
    await amend(tx, walk.allocation, { ...change, added: named(added, rows, results) });
  });
}

/**
 * @param {any} tx
 * @param {Row} row
 * @param {string} device
 */
async function move(tx, row, device) {
  const event = row.event.mode === "tally" ? withoutAnswers(row.event) : row.event;
  await tx.objectStore("outbox").delete(row.id);
  await tx.objectStore("journal").put({ ...row, event, device, acknowledged: Date.now() });
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
