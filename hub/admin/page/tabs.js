// Failed pushes, who may send what to whom, contract verdicts, findings in CDRs.

import { verdictTable } from "./cards.js";
import { ago, command, fill, h, one, said } from "./dom.js";

const LOOK_EVERY_MS = 10000;

export class Tabs {
  constructor(ask) {
    this._ask = ask;
    this._deliveries = [];
    this._partners = [];
    const tabs = { deliveries: ["Failed pushes", () => this._pushes()], matrix: ["From → to", () => this._matrix()], verdicts: ["Contract verdicts", () => this._verdicts()], cdrs: ["CDR findings", () => this._cdrs()] };
    this._show = Object.fromEntries(Object.entries(tabs).map(([name, [, show]]) => [name, show]));
    this._buttons = Object.entries(tabs).map(([name, [title]], place) => h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-selected": String(!place), "aria-controls": "tab-panel", tabindex: place ? -1 : 0,
      onclick: () => this.choose(name), onkeydown: (event) => this._move(event, place),
    }, title));
    fill(one("#tabs"), this._buttons);
    this._chosen = "deliveries";
    setInterval(() => this._refresh(), LOOK_EVERY_MS);
  }

  /** Show a tab. */
  choose(name) {
    this._chosen = name;
    for (const button of this._buttons) {
      const chosen = button.id === `tab-${name}`;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    one("#tab-panel").setAttribute("aria-labelledby", `tab-${name}`);
    this._refresh();
  }

  /** What failed to be delivered, and the partners, as the stream has them. */
  tell(news) {
    Object.assign(this, Object.fromEntries(Object.entries(news).map(([name, value]) => [`_${name}`, value])));
    if (this._chosen === "deliveries") this._refresh();
  }

  _move(event, place) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = this._buttons[(place + step + this._buttons.length) % this._buttons.length];
    next.focus();
    next.click();
  }

  async _refresh() {
    const panel = one("#tab-panel");
    if (panel.contains(document.activeElement) && panel !== document.activeElement) return;
    const chosen = this._chosen;
    let shown;
    try {
      shown = await this._show[chosen]();
    } catch (error) {
      shown = [h("p", { class: "bad" }, said(error.message))];
    }
    if (chosen === this._chosen) fill(panel, shown);
  }

  _pushes() {
    const behind = this._partners.filter((partner) => partner.behind && partner.need < 2);
    const owed = behind.length ? h("ul", { class: "owed" }, behind.map((partner) => h("li", {}, said(partner.name), ` lacks ${partner.behind} ${partner.behind === 1 ? "object, and gets it" : "objects, and gets them"} when it answers again. `,
      command(`hubctl deliveries list --partner ${partner.word}`)))) : null;
    if (!this._deliveries.length) return [owed ?? h("p", {}, "✓ Every push got through, or is on its way.")];
    return [owed, h("table", {}, h("caption", {}, "What a receiver lacks. It can also fetch it: GET the object's module with date_from before the first try."),
      head("Receiver", "Object", "State", "Why", "Tries", "Last", "Command"),
      h("tbody", {}, this._deliveries.map((one_) => h("tr", {}, cell(`${one_.partner} ${one_.receiver}`), cell(one_.object), cell(one_.state), cell(one_.reason),
        h("td", {}, one_.tries), h("td", {}, ago(one_.last_at)), h("td", {}, command(`hubctl deliveries ${one_.state === "refused" ? "replay" : "show"} ${one_.delivery_id}`))))))];
  }

  async _matrix() {
    const { parties, hub, passed, denied, not_shown: more } = await this._ask("matrix");
    const counts = new Map(passed.map((pair) => [`${pair.from}>${pair.to}`, pair.messages]));
    const rules = new Map(denied.map((pair) => [`${pair.from}>${pair.to}`, pair.modules]));
    const names = [...parties.map((party) => party.party), hub];
    const told = h("div", { role: "status" });
    const explain = (from, to) => {
      const [one_, other] = [from.replace("*", "-"), to.replace("*", "-")];
      fill(told, command(`hubctl routes test --from ${one_} --to ${other} --module locations`), command(`hubctl routes ${rules.has(`${from}>${to}`) ? "allow" : "deny"} --from ${one_} --to ${other}`));
    };
    return [told, h("table", { class: "matrix" },
      h("caption", {}, `Messages in 30 minutes, from row to column. ✗: a rule forbids modules.${more ? ` ${more} quieter parties are not shown.` : ""}`),
      h("thead", {}, h("tr", {}, h("td"), names.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, names.map((from) => h("tr", {}, h("th", { scope: "row" }, from), names.map((to) => {
        if (from === to) return h("td", { class: "soft" }, "");
        const count = counts.get(`${from}>${to}`) ?? 0;
        const rule = rules.get(`${from}>${to}`);
        const words = `${from} to ${to}: ${count} messages${rule ? `, forbidden: ${rule.join(", ")}` : ""}`;
        return h("td", { class: rule ? "bad" : "" }, h("button", { type: "button", title: words, "aria-label": words, onclick: () => explain(from, to) }, rule ? `✗${count || ""}` : count || "·"));
      })))))];
  }

  async _verdicts() {
    const judged = this._partners.filter((partner) => Object.keys(partner.standings).length).slice(0, 20);
    if (!judged.length) return [h("p", { class: "soft" }, "No partner was judged by the contract suite yet."), command("hubctl partner verify NAME")];
    const said_ = await Promise.all(judged.map((partner) => this._ask(`partners/${encodeURIComponent(partner.name)}/verdict`)));
    return said_.map((verdict, place) => [h("h3", {}, said(judged[place].name)), verdictTable(verdict), command(`hubctl partner verdict ${judged[place].word}`)]);
  }

  async _cdrs() {
    const [verdicts, { counts, skipped }] = await Promise.all([this._ask("cdrs?limit=100"), this._ask("cdrs/counts")]);
    const all = counts.reduce((sum, row) => sum + row.cdrs, 0);
    const found = verdicts.filter((one_) => one_.cause || one_.flagged || one_.held);
    const summary = h("p", {}, `${all} CDRs were checked in a day${skipped ? `, ${skipped} were not` : ""}: ${counts.map((row) => `${row.cdrs} ${row.verdict} of ${row.sender}`).join(", ") || "none"}.`);
    if (!all && !found.length) return [summary, h("p", { class: "soft" }, "A party's CDRs are checked once it has a policy:"), command("hubctl cdrs policy set PARTY --direction received --mode observe")];
    if (!found.length) return [summary, h("p", {}, "✓ No finding.")];
    return [summary, h("table", {}, h("caption", {}, "CDRs with a finding, latest first"), head("At", "From → to", "CDR", "Verdict", "Why", "Says", "Should say", "Command"),
      h("tbody", {}, found.map((one_) => h("tr", {}, h("td", {}, ago(one_.at)), cell(`${one_.from} → ${one_.to}`), cell(one_.cdr),
        cell(`${one_.verdict}${one_.held ? ", held" : one_.flagged ? ", flagged" : ""}`), cell(one_.cause_text || one_.rules.join(", ")),
        cell(one_.stated ? `${one_.stated} ${one_.currency}` : "-"), cell(one_.computed ? `${one_.computed} ${one_.currency}` : "-"),
        h("td", {}, command(`hubctl cdrs show ${one_.from.replace("*", "-")} ${quoted(one_.cdr)}`))))))];
  }
}

/** A word that no shell takes apart. */
function quoted(text) {
  return /^[\w.:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function head(...titles) {
  return h("thead", {}, h("tr", {}, titles.map((title) => h("th", { scope: "col" }, title))));
}

function cell(text) {
  return h("td", {}, said(text));
}
