// redeem.js: a code becomes a walk on this phone.
import * as api from "./api.js";
import * as db from "./db.js";
import { heard } from "./sync.js";

/** @typedef {import("./types.js").Walk} Walk */

/** Where a code waits until it is used up: for the sign-in, for a signal. Gone with the tab. */
const WAITING = "doorstep-code";

const NO_ROOM = "This phone could not keep the walk; its storage may be full. Make room, then ask for a new code.";

/**
 * What became of a code.
 * @typedef {{went: "opened", walk: Walk} | {went: "sign-in"} | {went: "silent"}
 *   | {went: "acknowledge", version: string, text: string} | {went: "refused", message: string}} Redeemed
 */

/**
 * The eight letters in what somebody typed or followed; "" when there are not eight.
 * @param {string} text
 */
export function readCode(text) {
  const letters = text.toUpperCase().replace(/[^A-Z]/g, "");
  return letters.length === 8 ? letters : "";
}

/** The code this page was opened with. It leaves the address bar at once: no history, no screenshot keeps it. */
export function takeCode() {
  const code = readCode(location.hash);
  if (location.hash) history.replaceState(history.state, "", location.pathname);
  return code || (sessionStorage.getItem(WAITING) ?? "");
}

/** Stop keeping the code. */
export function dropCode() {
  sessionStorage.removeItem(WAITING);
}

/**
 * The device is new with every link: nobody knows which walk a code opens, and no two walks may share one.
 * @param {string} code
 * @param {string} [acknowledged]  the version of the register rules agreed to
 * @returns {Promise<Redeemed>}
 */
export async function redeem(code, acknowledged) {
  sessionStorage.setItem(WAITING, code);
  const device = crypto.randomUUID();
  const { status, body } = await api.redeem({ code, device, ...(acknowledged && { acknowledged }) });
  if (status === 0 || status >= 500) return { went: "silent" };
  if (status === 401) return { went: "sign-in" };
  if (status === 403 && body.reason === "acknowledge") {
    return { went: "acknowledge", version: body.version, text: body.text };
  }
  dropCode();
  if (status !== 200) return { went: "refused", message: body.message ?? "This code opens nothing." };
  return db.keepWalk(opened(body)).then(
    (walk) => ({ went: "opened", walk }),
    () => ({ went: "refused", message: NO_ROOM }),
  );
}

/**
 * @param {any} body
 * @returns {Walk}
 */
function opened(body) {
  const now = Date.now();
  return {
    allocation: body.allocation,
    name: "",
    token: body.token,
    device: body.device,
    seq: 0,
    expiresAt: 0,
    skew: 0,
    heardAt: now,
    ...heard(body, now),
    sentAt: 0,
    etag: "",
    needsLink: false,
    repost: false,
    wipe: "none",
    ended: false,
    place: { door: null },
    added: [],
  };
}
