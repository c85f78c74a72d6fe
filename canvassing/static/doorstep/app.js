// app.js: starts the page, and wakes the sending when something happens around it.
import * as db from "./db.js";
import { choose, keeping, lastChosen, showShade } from "./keeping.js";
import { moving } from "./moving.js";
import { opening } from "./opening.js";
import { pace } from "./pace.js";
import { blankEntry, load, paint, paintFrame } from "./page.js";
import { takeCode } from "./redeem.js";
import { asking, logging, makeSave } from "./saving.js";
import { troubleLine, waitingIn } from "./status.js";
import { drain } from "./sync.js";
import { bringBack, isDoubtful, isOver, refresh, wipeWhatIsOver } from "./walk.js";

/** @typedef {import("./types.js").Page} Page */

const MINUTE = 60_000;

/** @type {Page} */
const page = {
  entry: { ...blankEntry(), step: "opening" },
  walks: [],
  kept: null,
  look: null,
  place: { door: null },
  screen: "door",
  changing: null,
  notice: "",
  unsaved: new Map(),
  trouble: "",
  shade: showShade(),
  acts: /** @type {any} */ (null),
};

const tabs = new BroadcastChannel("doorstep");

const sender = pace({
  drain,
  async done(sent) {
    page.trouble = troubleLine(sent);
    await catchUp();
    tabs.postMessage("sent");
  },
});

const sending = { send: sender.now, drained: drain };
const save = makeSave(page, { saved });
page.acts = {
  ...opening(page, sending),
  ...moving(page),
  ...logging(page, save),
  ...asking(page, save),
  ...keeping(page, sending),
};

let asked = false;

/** Events went to disk: send soon, tell the other tabs, and ask the browser once not to throw them away. */
function saved() {
  if (page.kept) sender.logged(waitingIn(page.kept));
  tabs.postMessage("saved");
  if (!asked) navigator.storage?.persist?.();
  asked = true;
}

/** Read the store again after something else wrote to it. A finger may be on its way down: redraw only for cause. */
async function catchUp() {
  if (page.entry || !page.kept) return;
  const before = cause();
  const { allocation } = page.kept.walk;
  await load(page, allocation);
  if (page.kept === null) await leave(allocation);
  else if (before === cause()) paintFrame(page);
  else paint(page);
}

/** What, when it changes, makes another screen. */
function cause() {
  const { kept, look } = page;
  const still = page.screen === "asking" || page.screen === "adding";
  const doors = still ? "" : `${kept?.walk.etag} ${look?.done} ${look?.last?.id} ${look?.refused.length}`;
  const over = kept && isOver(kept.walk, Date.now());
  return `${kept?.walk.wipe} ${kept?.pack === null && over} ${kept?.pack === null} ${doors}`;
}

/**
 * A walk was wiped whole: what the page itself remembers of it goes too.
 * @param {number} allocation
 */
async function leave(allocation) {
  page.place = { door: null };
  for (const [door, one] of page.unsaved) {
    if (one.allocation === allocation) page.unsaved.delete(door);
  }
  await openLast();
}

async function openLast() {
  const allocation = await lastChosen(page);
  if (allocation === null) page.entry = blankEntry();
  else await choose(page, allocation);
  paint(page, true);
}

/** Signal is back, or the page is seen again: send, and ask what is new. */
async function wake() {
  sender.now();
  const here = page.kept?.walk;
  await Promise.all([here?.wipe === "none" && !here.needsLink && refresh(here), bringBack()]);
  await catchUp();
}

async function tick() {
  await Promise.all([wipeWhatIsOver(), bringBack()]);
  await catchUp();
}

function listen() {
  addEventListener("online", wake);
  addEventListener("pageshow", ({ persisted }) => persisted && wake());
  document.addEventListener("visibilitychange", () => (document.hidden ? sender.now() : wake()));
  addEventListener("hashchange", useCode);
  addEventListener("popstate", ({ state }) => {
    const screen = state?.screen ?? "door";
    if (screen === page.screen) return;
    page.screen = screen;
    paint(page, true);
  });
  tabs.addEventListener("message", catchUp);
  document.getElementById("send")?.addEventListener("click", () => page.acts.send());
  setInterval(tick, MINUTE);
}

function useCode() {
  const code = takeCode();
  if (code) page.acts.open(code);
  return code;
}

/** What this browser lacks for keeping contacts safe; "" when nothing. */
async function lacking() {
  if (!isSecureContext) return "The doorstep page needs a secure address, one that begins with https.";
  if (!("indexedDB" in window) || !navigator.locks) return "This browser is too old to keep contacts. Use a newer one.";
  const stores = await db.walks().then(Boolean, () => false);
  return stores ? "" : "It cannot store anything: a private window, or a full phone. Use another one.";
}

async function start() {
  const message = await lacking();
  if (message) {
    page.entry = { ...blankEntry(), step: "impossible", message };
    return paint(page, true);
  }
  // The server is asked before anything is wiped: with a bad signal that takes a while, and nothing may look broken.
  if ((await db.walks()).some((walk) => isDoubtful(walk, Date.now()))) paint(page);
  await wipeWhatIsOver();
  page.walks = await db.walks();
  listen();
  if (!useCode()) await openLast();
  wake();
}

start();
