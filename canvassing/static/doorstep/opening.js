// opening.js: from a code to the first door.
import { choose } from "./keeping.js";
import { blankEntry, paint } from "./page.js";
import { dropCode, readCode, redeem } from "./redeem.js";
import { refresh } from "./walk.js";

/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").Entry} Entry */

const SILENT = "No answer from the campaign's server. Try again where there is signal.";

/**
 * @param {Page} page
 * @param {{send: () => void}} tools  tries to send soon
 */
export function opening(page, tools) {
  /** @param {Partial<Entry>} change */
  function show(change) {
    page.entry = { ...(page.entry ?? blankEntry()), ...change };
    paint(page, true);
  }

  /**
   * @param {string} code
   * @param {string} [acknowledged]
   */
  async function swap(code, acknowledged) {
    const asked = page.entry?.step ?? "code";
    show({ step: "opening", code, message: "" });
    const redeemed = await redeem(code, acknowledged);
    if (redeemed.went === "opened") {
      await enterWalk(page, redeemed.walk);
      // What waited for this link.
      return tools.send();
    }
    if (redeemed.went === "silent") return show({ step: asked === "acknowledge" ? asked : "code", message: SILENT });
    if (redeemed.went === "refused") return show({ step: "code", code: "", message: redeemed.message });
    const { went, ...rules } = redeemed;
    show({ ...rules, step: went });
  }

  return {
    /** @param {string} typed */
    open(typed) {
      const code = readCode(typed);
      if (code) swap(code);
      else show({ step: "code", code: typed, message: "A code is eight letters, such as ABCD-EFGH." });
    },
    agree() {
      const { code, version } = page.entry ?? blankEntry();
      swap(code, version);
    },
    enter() {
      dropCode();
      show(blankEntry());
    },
  };
}

/**
 * @param {Page} page
 * @param {import("./types.js").Walk} walk
 */
async function enterWalk(page, walk) {
  // Without room or signal for the doors the next screen says so, and has the button to try again.
  await refresh(walk).catch(() => undefined);
  await choose(page, walk.allocation);
  paint(page, true);
}
