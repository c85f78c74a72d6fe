// fold.js: what stands at each door, worked out from the events. Pure: the same events give the same answer.

/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").Door} Door */
/** @typedef {import("./types.js").Place} Place */
/** @typedef {import("./types.js").AddedDoor} AddedDoor */
/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Look} Look */

/**
 * Contacts that were not undone, oldest first.
 * @param {Row[]} rows
 * @returns {Row[]}
 */
export function standing(rows) {
  const undone = new Set(rows.map(({ event }) => event.target));
  return rows.filter(({ id, event }) => event.kind === "contact" && !undone.has(id)).sort((a, b) => a.seq - b.seq);
}

/**
 * Conversations that were taken back although their answers may be counted, until another stands in for them.
 * @param {Row[]} rows
 * @returns {Row[]}
 */
function spent(rows) {
  const undone = new Set(rows.map(({ event }) => event.target));
  const retold = new Set(rows.map(({ instead }) => instead));
  return rows.filter(({ id, counted }) => counted && undone.has(id) && !retold.has(id));
}

/**
 * The conversation that a new one at this door stands in for: the one that Change takes back, else one taken back
 * before. Whoever was asked twice would be counted twice.
 * @param {Stop} stop
 * @param {Row} [replaces]
 * @returns {Row | undefined}
 */
export function forerunner(stop, replaces) {
  return replaces?.event.outcome === "answered" ? replaces : stop.spent[0];
}

/**
 * @param {Kept} kept
 * @param {Place} place
 * @returns {Look}
 */
export function look(kept, place) {
  const rows = [...kept.outbox, ...kept.journal];
  const stops = stopsOf(kept, place);
  const at = stops.findIndex(({ id }) => id === place.door);
  return {
    stops,
    current: stops[at] ?? null,
    previous: stops[at - 1] ?? null,
    next: at < 0 ? null : (stops[at + 1] ?? null),
    done: stops.filter(({ logs }) => logs.length > 0).length,
    last: standing(rows).at(-1) ?? null,
    refused: kept.outbox.filter(({ refused }) => refused),
  };
}

/**
 * The door to knock at after `id`: the next one nothing was logged at, in walking order, from the start again at the
 * end; null when all are done.
 * @param {Stop[]} stops
 * @param {string | null} id
 */
export function nextDoor(stops, id) {
  const at = stops.findIndex((stop) => stop.id === id);
  const ahead = [...stops.slice(at + 1), ...stops.slice(0, Math.max(at, 0))];
  return ahead.find(({ logs }) => logs.length === 0)?.id ?? null;
}

/**
 * Doors of the walk and doors found on the way, each with its contacts.
 * @param {Kept} kept
 * @param {Place} place  its `added` door is shown before anything was logged there
 * @returns {Stop[]}
 */
function stopsOf({ walk, pack, outbox, journal }, place) {
  if (!pack) return [];
  const rows = [...outbox, ...journal];
  const found = [...walk.added.map((door) => labelled(door, rows)), ...(place.added ? [place.added] : [])];
  const listed = new Set(pack.doors.map(({ id }) => id));
  const twins = new Map(found.flatMap((door) => (door.known && listed.has(door.known) ? [[door.id, door.known]] : [])));
  const own = found.filter(({ id, label }) => label && !twins.has(id)).map((door) => asDoor(door));
  const logs = byDoor(standing(rows), twins);
  const gone = byDoor(spent(rows), twins);
  const names = new Map(pack.streets.map(({ id, name }) => [id, name]));
  return inOrder(pack.doors, own).map((door) => ({
    ...door,
    logs: logs.get(door.id) ?? [],
    spent: gone.get(door.id) ?? [],
    short: door.label
      .split(", ")
      .filter((part) => part !== door.block)
      .join(", "),
    streetName: names.get(door.street) ?? "",
  }));
}

/**
 * A door found on the way loses its label with the list. When the list is back, what was logged there names it.
 * @param {AddedDoor} added
 * @param {Row[]} rows
 * @returns {AddedDoor}
 */
function labelled(added, rows) {
  if (added.label) return added;
  const row = rows.find(({ door, event }) => door === added.id && typeof event.door === "object");
  return typeof row?.event.door === "object" ? { ...added, label: row.event.door.label } : added;
}

/**
 * @param {AddedDoor} added
 * @returns {Door & {added: AddedDoor}}
 */
function asDoor(added) {
  const { id, street, label } = added;
  return { id, street, label, block: "", position: 0, tried: 0, last: null, people: [], added };
}

/**
 * @param {Row[]} contacts
 * @param {Map<string, string>} twins  ids made here → the server's ids of the same doors
 */
function byDoor(contacts, twins) {
  /** @type {Map<string, Row[]>} */
  const logs = new Map();
  for (const row of contacts) {
    const id = twins.get(row.door) ?? row.door;
    logs.set(id, [...(logs.get(id) ?? []), row]);
  }
  return logs;
}

/**
 * @param {Door[]} doors
 * @param {Door[]} own
 */
function inOrder(doors, own) {
  const all = [...doors].sort((a, b) => a.position - b.position);
  for (const door of own) {
    const last = all.findLastIndex(({ street }) => street === door.street);
    all.splice(last < 0 ? all.length : last + 1, 0, door);
  }
  return all;
}
