// page.js: what the page shows, read from the phone's store and painted into the frame that the server sent.
import { addingScreen } from "./adding.js";
import * as db from "./db.js";
import { doorScreen } from "./door.js";
import { entryScreen } from "./entry.js";
import { look, nextDoor } from "./fold.js";
import { doorlessScreen, givingScreen } from "./giving.js";
import { listScreen } from "./list.js";
import { questionScreen } from "./questions.js";
import { alarm, button, counted, h } from "./screen.js";
import { statusLine, waitingIn } from "./status.js";

/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./types.js").Pack} Pack */

const SCREENS = {
  door: doorScreen,
  list: listScreen,
  asking: questionScreen,
  adding: addingScreen,
  giving: givingScreen,
};

const SLIP = 350;

/** @param {string} id */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Of two readings at once, the one begun later knows more. */
let reading = 0;

/**
 * Read a walk from the phone's store into the page. Its own place in the walk stays; a fresh page takes the kept one.
 * @param {Page} page
 * @param {number} allocation
 */
export async function load(page, allocation) {
  reading += 1;
  const mine = reading;
  const [walks, kept] = await Promise.all([db.walks(), db.kept(allocation)]);
  if (mine !== reading) return;
  const fresh = page.kept?.walk.allocation !== allocation;
  Object.assign(page, { walks, kept });
  if (kept && fresh) page.place = kept.walk.place;
  settle(page);
}

/**
 * Work out anew what stands where, and stand at a door that exists.
 * @param {Page} page
 */
export function settle(page) {
  if (!page.kept) return;
  page.look = look(page.kept, page.place);
  if (page.look.current || !page.kept.pack) return;
  page.place = { door: nextDoor(page.look.stops, null) };
  page.look = look(page.kept, page.place);
}

/**
 * Draw the screen. With `focus` it is a new one: reading starts at its title, or at the door one stands at.
 * @param {Page} page
 * @param {boolean} [focus]
 */
export function paint(page, focus = false) {
  const main = part("screen");
  main.replaceChildren(screenOf(page));
  paintFrame(page);
  if (!focus) return;
  const here = /** @type {HTMLElement | null} */ (main.querySelector("[aria-current]") ?? main.querySelector("h1"));
  here?.focus({ preventScroll: true });
  rest(main);
  if (here?.matches("[aria-current]")) here.scrollIntoView({ block: "center" });
  else scrollTo(0, 0);
}

/**
 * A second tap in the same place is a slip of a wet thumb: what a new screen can log comes alive a moment later.
 * @param {HTMLElement} main
 */
function rest(main) {
  const buttons = /** @type {HTMLElement | null} */ (main.querySelector(".outcomes, .choices"));
  if (!buttons) return;
  buttons.inert = true;
  setTimeout(() => {
    buttons.inert = false;
  }, SLIP);
}

/** @param {Page} page */
function screenOf(page) {
  const { entry, kept, look: seen, acts } = page;
  if (entry || !kept || !seen) return entryScreen(entry ?? blankEntry(), acts);
  const view = { ...page, kept, walk: kept.walk, pack: /** @type {Pack} */ (kept.pack), look: seen };
  if (!kept.pack) return doorlessScreen(view, acts);
  // A conversation may have gone with the doors it was about.
  return SCREENS[page.screen === "asking" && !page.place.talk ? "door" : page.screen](view, acts);
}

/** @returns {import("./types.js").Entry} */
export function blankEntry() {
  return { step: "code", message: "", code: "", text: "", version: "" };
}

/**
 * Header, alarms and the status line: what stays while screens change.
 * @param {Page} page
 */
export function paintFrame(page) {
  const { kept, look: seen, entry } = page;
  const open = kept !== null && entry === null;
  part("frame-head").hidden = !open || !kept.pack;
  part("frame-foot").hidden = !open;
  part("brand").hidden = open;
  part("imprint").hidden = open;
  paintAlarms(open ? page : null);
  if (!open || !seen) return;
  const waiting = waitingIn(kept);
  say("walk-name", kept.walk.name);
  say("walk-done", `${seen.done} of ${seen.stops.length}`);
  part("walk-progress").setAttribute("max", String(Math.max(1, seen.stops.length)));
  part("walk-progress").setAttribute("value", String(seen.done));
  say("status", statusLine(kept));
  say("trouble", waiting > 0 ? page.trouble : "");
  part("send").hidden = waiting === 0;
  document.title = waiting > 0 ? `(${waiting}) Doorstep` : "Doorstep";
}

/**
 * Only when it changed: a status that is written again is read out again.
 * @param {string} id
 * @param {string} text
 */
function say(id, text) {
  const element = part(id);
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Page | null} page */
function paintAlarms(page) {
  const due = page ? alarmsDue(page) : [];
  const key = due.map(([name]) => name).join(" ");
  const alarms = part("alarms");
  if (alarms.dataset.shown === key) return;
  alarms.dataset.shown = key;
  alarms.replaceChildren(...due.map(([, build]) => build()));
}

/**
 * @param {Page} page
 * @returns {[string, () => HTMLElement][]}
 */
function alarmsDue({ unsaved, walks, kept, look: seen, acts }) {
  const refused = seen?.refused.length ?? 0;
  /** @type {[boolean, string, () => HTMLElement][]} */
  const all = [
    [unsaved.size > 0, `unsaved ${[...unsaved.keys()]}`, () => notSaved(unsaved)],
    [lacksLink(walks, kept), "link", needsLink],
    [refused > 0, `refused-${refused}`, () => notAccepted(refused, acts.retry)],
  ];
  return all.filter(([due]) => due).map(([, name, build]) => [name, build]);
}

/** @param {Page["unsaved"]} unsaved */
function notSaved(unsaved) {
  const doors = [...unsaved.values()].map(({ label }) => label).join("; ");
  const why = "This phone could not write it down; its storage may be full. Your answer is still here.";
  async function again() {
    for (const one of [...unsaved.values()]) await one.again();
  }
  return alarm(`NOT saved: ${doors}.`, why, button("strong", again, "Try again"));
}

/**
 * Whether what waits cannot be sent for want of a link: of this walk, or of another that still has something here.
 * @param {Page["walks"]} walks
 * @param {Page["kept"]} kept
 */
function lacksLink(walks, kept) {
  if (!kept) return false;
  return kept.walk.needsLink || (kept.elsewhere > 0 && walks.some(({ needsLink }) => needsLink));
}

function needsLink() {
  const way = h("a", { class: "button plain", href: "/doorstep/" }, "Get a new link");
  return alarm("Sending is paused.", "This phone needs a new link. Everything stays saved here.", way);
}

/**
 * @param {number} count
 * @param {() => void} again
 */
function notAccepted(count, again) {
  const what = `${counted(count, "entry", "entries")} not accepted.`;
  return alarm(what, "The server would not take it. It stays on this phone.", button("plain", again, "Send again"));
}
