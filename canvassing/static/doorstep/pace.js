// pace.js: when to send. Radio wake-ups cost battery, so events go in batches; a failure waits longer each time.

const IDLE = 3_000;
const ENOUGH = 10;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;
/** A proxy that asks for a day of patience is not believed. */
const LONGEST_ASKED = 300_000;

/** @typedef {import("./sync.js").Sent} Sent */

/**
 * @param {{drain: () => Promise<Sent>, done: (sent: Sent) => void}} tools  `done` is told how each attempt went
 */
export function pace({ drain, done }) {
  let timer = 0;
  let failures = 0;
  let notBefore = 0;
  let busy = false;
  let again = false;

  /** @param {number} delay */
  function schedule(delay) {
    clearTimeout(timer);
    timer = setTimeout(send, Math.max(delay, notBefore - Date.now()));
  }

  async function send() {
    clearTimeout(timer);
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const sent = await attempt();
    busy = false;
    settle(sent);
    done(sent);
  }

  /** @returns {Promise<Sent>} */
  async function attempt() {
    try {
      return await drain();
    } catch {
      // The phone's own storage failed: as with the network, everything stays and is tried again.
      return { went: "later", wait: 0 };
    }
  }

  /** @param {Sent} sent */
  function settle({ went, wait }) {
    const asked = again;
    again = false;
    if (went === "later") {
      failures += 1;
      notBefore = Date.now() + Math.min(wait, LONGEST_ASKED);
      // Full jitter: phones that lost one server together do not come back together.
      schedule(Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1)));
    } else {
      failures = 0;
      if (asked) schedule(0);
    }
  }

  return {
    /**
     * Something was logged.
     * @param {number} waiting
     */
    logged(waiting) {
      failures = 0;
      schedule(waiting >= ENOUGH ? 0 : IDLE);
    },
    /** The signal is back, the page is seen again or is about to go, or somebody pressed the button. */
    now() {
      failures = 0;
      if (Date.now() < notBefore) schedule(0);
      else send();
    },
  };
}
