// keeping.js: the walk as a whole: sending now, handing back, changing to another, the colours of the screen.
import * as api from "./api.js";
import * as db from "./db.js";
import { opened, turn } from "./moving.js";
import * as outbox from "./outbox.js";
import { load, paint } from "./page.js";
import { isOver, mayReturn, refresh } from "./walk.js";

/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").Kept} Kept */

/** @typedef {{send: () => void, drained: () => Promise<unknown>}} Sending  `send` tries soon, `drained` now */

const CURRENT = "doorstep-walk";
const SHADE = "doorstep-shade";

/**
 * @param {Page} page
 * @param {Sending} tools
 */
export function keeping(page, tools) {
  return {
    async send() {
      const { kept } = opened(page);
      tools.send();
      if (kept.pack) return;
      await refresh(kept.walk);
      await load(page, kept.walk.allocation);
      paint(page, true);
    },
    async retry() {
      await outbox.unrefuse(opened(page).kept.walk.allocation);
      tools.send();
    },
    async handBack() {
      const { walk } = opened(page).kept;
      page.notice = await giveBack(page, tools);
      await load(page, walk.allocation);
      if (!page.notice) turn(page, "door");
      paint(page, true);
    },
    /** @param {number} allocation */
    async switchTo(allocation) {
      await choose(page, allocation);
      paint(page, true);
    },
    /** @param {string} shade */
    shade(shade) {
      page.shade = shade;
      localStorage.setItem(SHADE, shade);
      showShade();
      paint(page);
    },
  };
}

/**
 * Send everything, give the walk back, and see that the server agrees. Returns why not, or "".
 * @param {Page} page
 * @param {Sending} tools
 */
async function giveBack(page, tools) {
  const { walk } = opened(page).kept;
  await tools.drained();
  if ((await outbox.waiting(walk.allocation, 1)).length > 0)
    return "Not everything is sent yet. Try again where there is signal.";
  const signIn = await api.handBack(walk.allocation);
  await refresh({ ...walk, etag: "" });
  const now = (await db.kept(walk.allocation))?.walk;
  if (now?.wipe !== "none") return "";
  return signIn ? "Sign in again under My walks, then hand it back there." : "The server did not answer. Try again.";
}

/**
 * Open a walk that is on this phone, at the place where it was left.
 * @param {Page} page
 * @param {number} allocation
 */
export async function choose(page, allocation) {
  localStorage.setItem(CURRENT, String(allocation));
  Object.assign(page, { entry: null, changing: null, notice: "", screen: "door" });
  page.kept = null;
  await load(page, allocation);
  if (page.place.talk) page.screen = "asking";
}

/**
 * The walk to show when the page opens: the last one chosen, else one with doors, else one whose doors may come back,
 * else one with something to send.
 * @param {Page} page
 * @returns {Promise<number | null>}
 */
export async function lastChosen({ walks }) {
  const here = walks.filter(({ wipe }) => wipe === "none");
  const back = walks.filter(mayReturn);
  const alive = [...here, ...back.filter((walk) => !isOver(walk, Date.now()))];
  const last = alive.find(({ allocation }) => String(allocation) === localStorage.getItem(CURRENT));
  const chosen = last ?? alive[0] ?? back[0];
  if (chosen) return chosen.allocation;
  for (const { allocation } of walks) {
    if ((await outbox.waiting(allocation, 1)).length > 0) return allocation;
  }
  return null;
}

/** Light or dark as chosen on this phone, else as the phone itself is set. */
export function showShade() {
  const shade = localStorage.getItem(SHADE) ?? "";
  document.documentElement.dataset.shade = shade;
  return shade;
}
