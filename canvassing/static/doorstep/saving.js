// saving.js: what a tap on an outcome or an answer does. On disk first; only then does the screen move on.
import { forerunner, nextDoor } from "./fold.js";
import { contact, undoing } from "./log.js";
import { opened, stand, turn } from "./moving.js";
import { append } from "./outbox.js";
import { load, paint } from "./page.js";
import { stepsAt } from "./questions.js";

/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./types.js").Pack} Pack */
/** @typedef {import("./types.js").Tap} Tap */
/** @typedef {import("./types.js").Stop} Stop */
/** @typedef {import("./types.js").Row} Row */
/** @typedef {import("./types.js").Talk} Talk */
/** @typedef {import("./types.js").Place} Place */
/** @typedef {import("./log.js").Heard} Heard */

/** @typedef {{plain: string, counted: string}} Said  what the screen says once saved; `counted`: where answers stay */

const STAY = "answers already counted stay.";

/**
 * Saving, for everything that is logged: on disk, then the next door; or NOT saved, and everything as it was.
 * @param {Page} page
 * @param {{saved: () => void}} tools  told after events went to disk
 */
export function makeSave(page, tools) {
  let saving = false;

  /**
   * `place` is where to go on; the place one is at already means: stay.
   * @param {Stop} stop
   * @param {Tap} tap
   * @param {Place} place
   * @param {Said} said
   * @param {number} [allocation]
   * @returns {Promise<void>}
   */
  return async function save(stop, tap, place, said, allocation = opened(page).kept.walk.allocation) {
    if (saving) return;
    saving = true;
    const here = page.place.door;
    const notice = await append(allocation, tap, place).then(
      (counted) => (counted ? said.counted : said.plain),
      () => null,
    );
    saving = false;
    if (notice === null) {
      // Tried again from another door, it must not take the volunteer away from there.
      const again = () => save(stop, tap, page.place.door === here ? place : page.place, said, allocation);
      page.unsaved.set(stop.id, { allocation, label: stop.label, again });
      return paint(page, true);
    }
    page.unsaved.delete(stop.id);
    if (place !== page.place) turn(page, "door");
    Object.assign(page, { place, notice, changing: null });
    await load(page, opened(page).kept.walk.allocation);
    paint(page, true);
    tools.saved();
  };
}

/** @typedef {ReturnType<typeof makeSave>} Save */

/**
 * @param {Page} page
 * @param {Save} save
 * @param {Stop} stop
 * @param {Heard} heard
 */
function logAt(page, save, stop, heard) {
  const { kept, look } = opened(page);
  // After a change one goes on from the newest door, not from the one that was changed.
  const newest = heard.replaces && look.stops.find(({ logs }) => look.last && logs.includes(look.last));
  const place = { door: nextDoor(look.stops, (newest || stop).id) };
  const counted = `${stop.short} ${heard.replaces ? "changed" : "saved"}; ${STAY}`;
  return save(stop, contact(modeOf(kept), stop, heard), place, { plain: "", counted });
}

/**
 * The legal mode that this phone shows; the strictest while it does not know.
 * @param {Kept} kept
 */
function modeOf({ pack }) {
  return pack?.mode ?? "tally";
}

/**
 * What happened at a door, and taking it back.
 * @param {Page} page
 * @param {Save} save
 */
export function logging(page, save) {
  return {
    /**
     * @param {Stop} stop
     * @param {string} outcome
     */
    log(stop, outcome) {
      const { pack } = opened(page).kept;
      // As it is now, not as it was when Change was tapped: it may have left the phone since.
      const replaces = stop.logs.find(({ id }) => id === page.changing?.id);
      const silent = Boolean(forerunner(stop, replaces)?.counted);
      const steps = pack ? stepsAt(stop, pack, silent).length : 0;
      if (outcome !== "answered" || steps === 0) {
        logAt(page, save, stop, { outcome, replaces });
        return;
      }
      const begun = page.place.talk ?? { step: 0, answers: {}, named: false };
      const talk = { ...begun, step: Math.min(begun.step, steps - 1), replaces: replaces?.id, silent };
      stand(page, { ...page.place, talk });
      turn(page, "asking");
      paint(page, true);
    },
    /** @param {Row} row */
    change(row) {
      page.changing = row;
      page.notice = "";
      paint(page, true);
    },
    keep() {
      page.changing = null;
      paint(page, true);
    },
    /**
     * @param {Stop} stop
     * @param {Row} row
     */
    undo(stop, row) {
      const mode = modeOf(opened(page).kept);
      const said = { plain: `${stop.short} undone.`, counted: `${stop.short} undone; ${STAY}` };
      save(stop, undoing(mode, row), { door: stop.id }, said);
    },
  };
}

/**
 * A conversation, answer by answer, kept as it goes and saved as one contact.
 * @param {Page} page
 * @param {Save} save
 */
export function asking(page, save) {
  const talk = () => /** @type {Talk} */ (page.place.talk);

  /** @param {Partial<Talk>} change */
  function write(change) {
    stand(page, { ...page.place, talk: { ...talk(), ...change } });
    paint(page, true);
  }

  /** @param {Partial<Talk>} change */
  function onward(change) {
    const { kept, look } = opened(page);
    const { step, silent } = talk();
    const last = stepsAt(/** @type {Stop} */ (look.current), /** @type {Pack} */ (kept.pack), silent).length - 1;
    write({ ...change, step: Math.min(step + 1, last) });
    if (step === last) /** @type {HTMLElement} */ (document.querySelector(".save")).focus();
  }

  return {
    names: () => write({ named: true }),
    skip: () => onward({}),
    /** @param {string} person */
    person: (person) => onward({ person }),
    /**
     * @param {string} question
     * @param {string} answer
     */
    answer(question, answer) {
      const { [question]: old, ...others } = talk().answers;
      // A second tap on an answer takes it away.
      if (old === answer) write({ answers: others });
      else onward({ answers: { ...others, [question]: answer } });
    },
    stepBack() {
      if (talk().step > 0) return write({ step: talk().step - 1 });
      turn(page, "door");
      paint(page, true);
    },
    save() {
      const stop = /** @type {Stop} */ (opened(page).look.current);
      const { person, answers, replaces } = talk();
      const old = stop.logs.find(({ id }) => id === replaces);
      const said = Object.keys(answers).length > 0 ? answers : undefined;
      logAt(page, save, stop, { outcome: "answered", person, answers: said, replaces: old });
    },
  };
}
