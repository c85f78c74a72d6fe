// api.js: the three calls. Whatever does not answer with our JSON is not our server: a captive portal, a cut reply.

const BASE = "/api/doorstep/v1/";
const PATIENCE = 8_000;
const PATIENCE_ON_2G = 20_000;

/** The version of this client, for the server's log of what is out there. */
export const CLIENT = "1";

/**
 * `status` is 0 when nothing of ours answered. `wait` is what Retry-After asks for, in milliseconds.
 * @typedef {{status: number, body: any, wait: number, etag: string}} Answer
 */

/** @type {Answer} */
const NOTHING = { status: 0, body: null, wait: 0, etag: "" };

/**
 * Swap a code for a token. The only call that carries the sign-in.
 * @param {{code: string, device: string, acknowledged?: string}} asked
 * @returns {Promise<Answer>}
 */
export function redeem(asked) {
  return call("redeem", {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(asked),
  });
}

/**
 * The whole walk, or 304 when `etag` is still true.
 * @param {string} token
 * @param {string} etag
 */
export function walk(token, etag) {
  /** @type {Record<string, string>} */
  const headers = etag ? { ...bearer(token), "If-None-Match": etag } : bearer(token);
  return call("walk", { credentials: "omit", headers });
}

/**
 * @param {string} token
 * @param {object} envelope
 */
export function events(token, envelope) {
  return call("events", {
    method: "POST",
    credentials: "omit",
    headers: { ...bearer(token), "Content-Type": "application/json" },
    body: JSON.stringify(envelope),
  });
}

/**
 * Give the walk back. A page of the site, not of the API: whether it worked, the next `GET walk` says. Resolves to
 * whether the site wants a sign-in first.
 * @param {number} allocation
 */
export async function handBack(allocation) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: csrfToken() });
  try {
    const answer = await fetch(`/doorstep/${allocation}/hand-back/`, { method: "POST", body });
    return new URL(answer.url).pathname.startsWith("/sign-in/");
  } catch {
    return false;
  }
}

/** @param {string} token */
function bearer(token) {
  return { Authorization: `Bearer ${token}` };
}

function csrfToken() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/**
 * @param {string} path
 * @param {RequestInit} init
 * @returns {Promise<Answer>}
 */
async function call(path, init) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience());
  try {
    const reply = await fetch(BASE + path, { ...init, cache: "no-store", redirect: "error", signal: stop.signal });
    return await read(reply);
  } catch {
    return NOTHING;
  } finally {
    clearTimeout(timer);
  }
}

function patience() {
  // Only Chromium tells; elsewhere the shorter time holds.
  const connection = /** @type {any} */ (navigator).connection;
  return String(connection?.effectiveType ?? "").endsWith("2g") ? PATIENCE_ON_2G : PATIENCE;
}

/**
 * @param {Response} reply
 * @returns {Promise<Answer>}
 */
async function read(reply) {
  const wait = 1000 * (Number(reply.headers.get("Retry-After")) || 0);
  const etag = reply.headers.get("ETag") ?? "";
  if (reply.status === 304) return { status: 304, body: null, wait, etag };
  const ours = (reply.headers.get("Content-Type") ?? "").startsWith("application/json");
  // A proxy in front of us says 413 and 503 in its own words, and both mean what they say.
  if (!ours) return { ...NOTHING, status: reply.status === 413 ? 413 : 0, wait };
  return { status: reply.status, body: await reply.json(), wait, etag };
}
