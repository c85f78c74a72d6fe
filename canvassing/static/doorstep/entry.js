// entry.js: before the first door: a code, the sign-in, the promise about the register.
import { icon } from "./icons.js";
import { dropCode } from "./redeem.js";
import { alarm, button, h, title } from "./screen.js";

/** @typedef {import("./types.js").Entry} Entry */
/** @typedef {import("./types.js").Acts} Acts */

/**
 * @param {Entry} view
 * @param {Acts} act
 */
export function entryScreen(view, act) {
  if (view.step === "opening") return opening();
  if (view.step === "sign-in") return signIn();
  if (view.step === "acknowledge") return promise(view, act);
  if (view.step === "impossible") return impossible(view);
  return codeForm(view, act);
}

function opening() {
  return h("section", { class: "entry" }, title("Opening your walk"), h("p", {}, "One moment."));
}

/** @param {Entry} view */
function impossible({ message }) {
  return h("section", { class: "entry" }, icon("warning"), title("Not on this browser"), h("p", {}, message));
}

function signIn() {
  return h(
    "section",
    { class: "entry" },
    icon("person"),
    title("Sign in first"),
    h("p", {}, "A walk opens for the person it was handed to. Your code is kept until you are back."),
    h("a", { class: "button strong wide", href: "/sign-in/?next=/d/" }, "Sign in"),
  );
}

/**
 * @param {Entry} view
 * @param {Acts} act
 */
function promise({ text, message }, act) {
  const paragraphs = text.split(/\n+/).map((line) => h("p", {}, line));
  return h(
    "section",
    { class: "entry" },
    title("Before the first door"),
    message && alarm("Not opened.", message),
    h("div", { class: "rules" }, ...paragraphs),
    button("strong wide", act.agree, "I have read this and agree"),
    h("a", { class: "button quiet wide", href: "/doorstep/", onclick: dropCode }, "Not now"),
  );
}

/**
 * @param {Entry} view
 * @param {Acts} act
 */
function codeForm({ message, code }, act) {
  const field = h("input", {
    id: "code",
    name: "code",
    class: "field code",
    value: code,
    required: true,
    maxlength: 12,
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    enterkeyhint: "go",
    "aria-describedby": "code-hint",
  });
  return h(
    "form",
    { class: "entry", onsubmit: (/** @type {SubmitEvent} */ event) => submitted(event, act) },
    title("Open your walk"),
    message && alarm("Not opened.", message),
    h("label", { for: "code" }, "Your code"),
    h("p", { class: "hint", id: "code-hint" }, "Eight letters, from your organiser or from My walks."),
    field,
    h("button", { type: "submit", class: "button strong wide" }, "Open"),
    h("a", { class: "button plain wide", href: "/doorstep/" }, "My walks"),
  );
}

/**
 * @param {SubmitEvent} event
 * @param {Acts} act
 */
function submitted(event, act) {
  event.preventDefault();
  act.open(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("code")));
}
