// Live traffic, newest first; a correlation id opens the way of its message.

import { clock, command, fill, h, one, said } from "./dom.js";
import { answer, ends, failed, pair } from "./hops.js";

const ROWS_MAX = 200;
const ROWS_A_FRAME = 40;

export class Traffic {
  constructor(openTrace) {
    this._open = openTrace;
    this._body = one("#legs tbody");
    this._held = [];
    this._holding = new Set();
    const area = one("#traffic .scroll");
    for (const [start, end, why] of [["pointerenter", "pointerleave", "pointer"], ["focusin", "focusout", "focus"]]) {
      area.addEventListener(start, () => this._hold(why, true));
      area.addEventListener(end, () => this._hold(why, false));
    }
    const button = one("#pause");
    button.addEventListener("click", () => {
      const paused = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(paused));
      this._hold("button", paused);
    });
  }

  clear() {
    this._held = [];
    fill(this._body);
    this._note();
  }

  /** Legs as they came; `passed_over` more are not shown. */
  add({ legs, passed_over: passedOver }) {
    const hops = pair(legs);
    this._passedOver = passedOver + Math.max(0, hops.length - ROWS_A_FRAME);
    this._held.push(...hops.slice(-ROWS_A_FRAME));
    this._held.splice(0, Math.max(0, this._held.length - ROWS_MAX));
    if (!this._holding.size) this._show();
    this._note();
  }

  _show() {
    this._body.prepend(...this._held.flatMap(rows).reverse().map((leg) => this._row(leg)));
    this._held = [];
    while (this._body.rows.length > ROWS_MAX) this._body.deleteRow(-1);
  }

  _hold(why, holds) {
    this._holding[holds ? "add" : "delete"](why);
    if (!this._holding.size) this._show();
    this._note();
  }

  _note() {
    const parts = [];
    if (this._holding.size) parts.push(`Paused: ${this._held.length} new.`);
    if (this._passedOver) parts.push(`${this._passedOver} more passed in the same moment than are shown.`);
    if (!this._body.rows.length && !this._held.length) parts.push("No message yet that fits.");
    const said_ = parts.join(" ");
    const note = one("#traffic-note");
    if (note.textContent !== said_) note.textContent = said_;
  }

  _row([leg, out]) {
    const [from, to] = ends(leg);
    const bad = failed(leg);
    const took = out && out !== leg ? `${Math.max(0, leg.duration_ms - out.duration_ms).toFixed(0)}+${out.duration_ms.toFixed(0)}` : leg.duration_ms.toFixed(0);
    return h("tr", {},
      h("td", { class: "mono" }, clock(leg.at)), h("td", {}, said(from), " → ", said(to)),
      h("td", {}, `${leg.method} `, said(`${leg.module}${leg.path}`), leg.note ? h("div", { class: "soft" }, said(leg.note)) : null),
      h("td", { class: `answer ${bad ? "bad" : "good"}` }, answer(leg)), h("td", { class: "mono" }, took),
      h("td", {}, h("button", { type: "button", "aria-label": `Way of ${leg.correlation_id}`, title: leg.correlation_id, onclick: () => this._open(leg.correlation_id) }, "follow")));
  }
}

/** A forward is one row with both times; anything else a row for each leg. */
function rows(hop) {
  if (hop.incoming && hop.out.length === 1 && !hop.incoming.plan.startsWith("broadcast")) return [[hop.incoming, hop.out[0]]];
  return [...(hop.incoming ? [[hop.incoming, null]] : []), ...hop.out.map((leg) => [leg, null])];
}

/** The hop chain of one correlation id. */
export function chain(traced) {
  const line = (leg, sent) => {
    const [from, to] = ends(leg);
    return h("li", { class: sent ? "out" : "in" }, `${clock(leg.at, 3)}  `, sent ? "└─→ " : "", sent ? said(to) : said(from),
      sent ? "" : [" ─", `${leg.method} `, said(`${leg.module}${leg.path}`), "→ hub"], "   ",
      h("span", { class: `answer ${failed(leg) ? "bad" : "good"}` }, answer(leg)), `   ${leg.duration_ms.toFixed(1)} ms`,
      leg.plan ? [h("br"), h("span", { class: "soft" }, said(leg.plan))] : null, leg.note ? [h("br"), h("span", { class: "soft" }, said(leg.note))] : null);
  };
  return [
    h("p", { class: "soft" }, `${traced.legs.length} legs. Bodies and tokens are not kept.`),
    h("ol", { class: "chain" }, pair(traced.legs).flatMap((hop) => [hop.incoming ? line(hop.incoming, false) : null, ...hop.out.map((leg) => line(leg, true))])),
    command(`hubctl traffic trace ${traced.correlation_id}`),
  ];
}
