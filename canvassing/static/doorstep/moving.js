// moving.js: from door to door and from screen to screen. Where one stands is kept, so that a reload changes nothing.
import * as db from "./db.js";
import { nextDoor } from "./fold.js";
import { paint, settle } from "./page.js";

/** @typedef {import("./types.js").Page} Page */
/** @typedef {import("./types.js").Kept} Kept */
/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").Place} Place */
/** @typedef {import("./types.js").Screen} Screen */

/**
 * The walk that is open. Acts exist only while one is.
 * @param {Page} page
 */
export function opened(page) {
  return { kept: /** @type {Kept} */ (page.kept), look: /** @type {Look} */ (page.look) };
}

/**
 * Turn to another screen. The phone's own Back button leads to the door, and no deeper.
 * @param {Page} page
 * @param {Screen} screen
 */
export function turn(page, screen) {
  page.screen = screen;
  if (history.state?.screen) history.replaceState({ screen }, "");
  else if (screen !== "door") history.pushState({ screen }, "");
}

/**
 * Stand somewhere else, now and after a reload.
 * @param {Page} page
 * @param {Place} place
 */
export function stand(page, place) {
  page.place = place;
  // Where one stands is a comfort; a full disk shows itself when something is logged.
  db.note(opened(page).kept.walk.allocation, { place }).catch(() => undefined);
  settle(page);
}

/**
 * Going to a door, a screen, or a door that is not on the list.
 * @param {Page} page
 */
export function moving(page) {
  /** @param {Place} place */
  function walkTo(place) {
    page.changing = null;
    page.notice = "";
    stand(page, place);
    turn(page, "door");
    paint(page, true);
  }

  return {
    /** @param {Screen} screen */
    show(screen) {
      page.notice = "";
      turn(page, screen);
      paint(page, true);
    },
    back() {
      page.notice = "";
      turn(page, "door");
      paint(page, true);
    },
    /** @param {string} door */
    goTo(door) {
      walkTo({ ...(door === page.place.door && page.place), door });
    },
    onward() {
      const { look } = opened(page);
      walkTo({ door: nextDoor(look.stops, page.place.door) });
    },
    /**
     * @param {string} street
     * @param {string} label
     */
    add(street, label) {
      const { look } = opened(page);
      const twin = look.stops.find((stop) => stop.street === street && plain(stop.label) === plain(label));
      const id = `new-${crypto.randomUUID()}`;
      walkTo(twin ? { door: twin.id } : { door: id, added: { id, street, label } });
    },
  };
}

/** @param {string} label */
function plain(label) {
  return label.toUpperCase().replace(/[\s,]/g, "");
}
