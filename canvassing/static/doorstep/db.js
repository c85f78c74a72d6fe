// db.js: what this phone keeps, in IndexedDB. What the screen calls Saved is on disk before it says so.
import { openDB } from "../idb/index.js";

/** @typedef {import("./types.js").Walk} Walk */
/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./types.js").AddedDoor} AddedDoor */

const NAME = "doorstep";
const VERSION = 1;
const STRICT = /** @type {const} */ ({ durability: "strict" });
const EVERYTHING = ["walks", "packs", "outbox", "journal"];

/** @type {Promise<any> | null} */
let opening = null;

function forget() {
  opening = null;
}

/**
 * A newer page in another tab wants to change the stores.
 * @param {number} _current
 * @param {number | null} _wanted
 * @param {Event} event
 */
function giveWay(_current, _wanted, event) {
  forget();
  /** @type {IDBDatabase} */ (event.target).close();
}

/** @param {any} db */
function build(db) {
  db.createObjectStore("walks", { keyPath: "allocation" });
  db.createObjectStore("packs", { keyPath: "allocation" });
  db.createObjectStore("outbox", { keyPath: "id" }).createIndex("by_walk", ["allocation", "seq"]);
  const journal = db.createObjectStore("journal", { keyPath: "id" });
  journal.createIndex("by_walk", ["allocation", "seq"]);
  journal.createIndex("by_device", "device");
}

function open() {
  if (opening) return opening;
  opening = openDB(NAME, VERSION, { upgrade: build, terminated: forget, blocking: giveWay });
  opening.catch(forget);
  return opening;
}

/**
 * Run `work` on the open database. iOS drops connections behind a page's back: then open anew and try once more.
 * @template T
 * @param {(db: any) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function on(work) {
  try {
    return await work(await open());
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name !== "InvalidStateError" && name !== "UnknownError") throw error;
    forget();
    return work(await open());
  }
}

/**
 * One transaction: all of `work` is on disk when this resolves, none of it when it rejects.
 * @template T
 * @param {string[]} stores
 * @param {(tx: any) => Promise<T>} work
 * @returns {Promise<T>}
 */
export function write(stores, work) {
  return on(async (db) => {
    const tx = db.transaction(stores, "readwrite", STRICT);
    try {
      const result = await work(tx);
      await tx.done;
      return result;
    } catch (error) {
      await undo(tx);
      throw error;
    }
  });
}

/**
 * A put that throws at once does not end its transaction: what came before it would be written.
 * @param {any} tx
 */
async function undo(tx) {
  try {
    tx.abort();
  } catch {
    // It has ended by itself.
  }
  await tx.done.catch(() => undefined);
}

/** @param {number} allocation */
export function ofWalk(allocation) {
  return IDBKeyRange.bound([allocation, 0], [allocation, Number.MAX_SAFE_INTEGER]);
}

/**
 * Every walk opened on this phone.
 * @returns {Promise<Walk[]>}
 */
export function walks() {
  return on((db) => db.getAll("walks"));
}

/**
 * Everything kept of one walk, seen at one moment; null when there is none.
 * @param {number} allocation
 * @returns {Promise<Kept | null>}
 */
export function kept(allocation) {
  return on(async (db) => {
    const tx = db.transaction(EVERYTHING);
    const [walk, pack, outbox, journal] = await Promise.all([
      tx.objectStore("walks").get(allocation),
      tx.objectStore("packs").get(allocation),
      tx.objectStore("outbox").getAll(),
      tx.objectStore("journal").index("by_walk").getAll(ofWalk(allocation)),
    ]);
    return walk ? { walk, pack: pack?.pack ?? null, journal, ...split(outbox, allocation) } : null;
  });
}

/**
 * @param {Row[]} rows
 * @param {number} allocation
 */
function split(rows, allocation) {
  const others = rows.filter((row) => row.allocation !== allocation && !row.refused);
  return { outbox: rows.filter((row) => row.allocation === allocation), elsewhere: others.length };
}

/**
 * Keep a walk that was just redeemed; one that is here already keeps its events, its place and its count.
 * @param {Walk} fresh
 * @returns {Promise<Walk>}
 */
export function keepWalk(fresh) {
  return write(["walks", "outbox"], async (tx) => {
    const store = tx.objectStore("walks");
    const old = await store.get(fresh.allocation);
    if (old) await rememberDevice(tx, old);
    const { seq, place, added, sentAt } = old ?? fresh;
    const walk = { ...fresh, seq, place, added, sentAt, repost: Boolean(old) };
    await store.put(walk);
    return walk;
  });
}

/**
 * What waits may have reached the server under the device that the walk had until now. The server counts it there, if
 * so, and the phone must not expect it under the next.
 * @param {any} tx
 * @param {Walk} walk
 */
async function rememberDevice(tx, { allocation, device }) {
  const outbox = tx.objectStore("outbox");
  for (const row of await outbox.index("by_walk").getAll(ofWalk(allocation))) {
    await outbox.put({ ...row, device: row.device ?? device });
  }
}

/**
 * Change what is written on a walk, and nothing else of it.
 * @param {number} allocation
 * @param {Partial<Walk>} change
 */
export function note(allocation, change) {
  return write(["walks"], (tx) => amend(tx, allocation, change));
}

/**
 * @param {any} tx
 * @param {number} allocation
 * @param {Partial<Walk>} change
 */
export async function amend(tx, allocation, change) {
  const store = tx.objectStore("walks");
  const walk = await store.get(allocation);
  if (walk) await store.put({ ...walk, ...change });
}

/**
 * Keep the doors and names of a walk.
 * @param {number} allocation
 * @param {Pack} pack
 * @param {Partial<Walk>} change
 */
export function keepPack(allocation, pack, change) {
  return write(["walks", "packs"], async (tx) => {
    // Wiped whole while the answer was on its way.
    if (!(await tx.objectStore("walks").get(allocation))) return;
    await tx.objectStore("packs").put({ allocation, pack });
    await amend(tx, allocation, change);
  });
}

/**
 * Wipe doors and names; what was logged stays until the server has it. An unfinished conversation goes with them.
 * @param {number} allocation
 * @param {Partial<Walk>} [why]  `ended` when the server said so
 */
export function wipeDoors(allocation, why = {}) {
  return write(["walks", "packs"], async (tx) => {
    const { added } = (await tx.objectStore("walks").get(allocation)) ?? { added: [] };
    await tx.objectStore("packs").delete(allocation);
    const bare = added.map((/** @type {AddedDoor} */ door) => ({ ...door, label: "" }));
    await amend(tx, allocation, { ...why, wipe: "doors", etag: "", name: "", place: { door: null }, added: bare });
  });
}

/**
 * Forget a walk altogether, what was logged on it too, sent or not. Only when the server says so.
 * @param {number} allocation
 */
export function forgetWalk(allocation) {
  return write(EVERYTHING, async (tx) => {
    for (const name of ["outbox", "journal"]) {
      const store = tx.objectStore(name);
      for (const key of await store.index("by_walk").getAllKeys(ofWalk(allocation))) await store.delete(key);
    }
    await tx.objectStore("packs").delete(allocation);
    await tx.objectStore("walks").delete(allocation);
  });
}
