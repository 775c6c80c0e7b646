// Elements from words alone: whatever a partner calls itself becomes text, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `attributes` may hold `on*` functions; children are nodes or texts; null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  return build(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  return build(document.createElementNS(SVG, tag), attributes, children);
}

function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** Somebody else's words, kept apart from ours in their direction of writing. */
export function said(text, attributes = {}) {
  return h("bdi", attributes, String(text ?? ""));
}

/** Replace what is in `element`. */
export function fill(element, ...children) {
  element.replaceChildren(...children.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
}

/** The one element that `selector` names. */
export function one(selector, within = document) {
  return within.querySelector(selector);
}

/** A command or snippet and a button that copies it. */
export function command(text, label = "Copy") {
  const button = h("button", { type: "button", "aria-label": `${label}: ${text.slice(0, 80)}`, onclick: copy }, label);
  const code = h("code", {}, text);
  async function copy() {
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  }
  return h("div", { class: "command" }, code, button);
}

/** `4 s`, `3 min`, `2 h`, `5 d`. */
export function span(seconds) {
  if (!(seconds >= 0)) return "-";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.floor(seconds)} s`;
}

/** How long ago an instant was. */
export function ago(instant) {
  return instant ? `${span((Date.now() - Date.parse(instant)) / 1000)} ago` : "never";
}

/** `12:04:31` of an instant, in this browser's time. */
export function clock(instant, digits = 0) {
  const at = new Date(instant);
  const two = (number) => String(number).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return digits ? `${time}.${String(at.getMilliseconds()).padStart(3, "0")}` : time;
}
