// icons.js: the few drawings on the doorstep, one stroke wide. Always beside a word, so hidden from screen readers.

const NAMESPACE = "http://www.w3.org/2000/svg";

const OTHER = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 11.9h.1";

/** @type {Record<string, string>} */
const SHAPES = {
  no_answer: "M7 21V4.5A1.5 1.5 0 0 1 8.5 3h7A1.5 1.5 0 0 1 17 4.5V21M4 21h16M13.7 12.2h.1",
  answered: "M4 5h16v11h-8.5L7 20v-4H4zM8 9h8M8 12.3h5",
  refused: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8 12h8",
  no_access: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2",
  back: "M14.5 5 8 12l6.5 7",
  forward: "M9.5 5 16 12l-6.5 7",
  list: "M4 6h.1M8.5 6H20M4 12h.1M8.5 12H20M4 18h.1M8.5 18H20",
  undo: "M8.5 4 4 8.5 8.5 13M4.5 8.5H14a5.5 5.5 0 0 1 0 11h-3",
  send: "M12 20V5M5.5 11 12 4.5l6.5 6.5",
  warning: "M12 3.5 22 20H2zM12 10v4.5M12 17.2h.1",
  done: "M4.5 12.5l5 5 10-11",
  add: "M12 5v14M5 12h14",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5c.8-3.8 3.6-5.5 7.5-5.5s6.7 1.7 7.5 5.5",
};

/** @param {string} name */
export function icon(name) {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(NAMESPACE, "path");
  path.setAttribute("d", SHAPES[name] ?? OTHER);
  svg.append(path);
  return svg;
}
