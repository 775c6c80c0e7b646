// Partner cards, and one partner in full: what is wrong, and the command for it. The page reads; hubctl writes.

import { ago, command, fill, h, one, said, span, svg } from "./dom.js";

const cards = new Map();

/** Show all partners, those that need a person first, keeping what has the focus. */
export function showPartners(partners, open) {
  const box = one("#cards");
  const focused = document.activeElement?.dataset?.partner;
  const shown = partners.map((partner) => {
    const text = JSON.stringify(partner);
    const known = cards.get(partner.name);
    if (known?.text === text) return known.element;
    const element = card(partner, open);
    cards.set(partner.name, { text, element });
    return element;
  });
  const names = new Set(partners.map((partner) => partner.name));
  for (const name of cards.keys()) if (!names.has(name)) cards.delete(name);
  fill(box, shown.length ? shown : h("p", { class: "soft" }, "No partners yet."));
  if (!shown.length) box.append(command("hubctl partner invite NAME --party NL/CPA/CPO"));
  if (focused) [...box.children].find((element) => element.dataset.partner === focused)?.focus({ preventScroll: true });
  one("#partner-count").textContent = `${partners.length}`;
}

function card(partner, open) {
  const minute = partner.last_minute;
  const needs = partner.need < 4;
  const facts = [
    `${minute.received} in, ${minute.sent} out`, `${minute.errors} failed`, `seen ${ago(partner.last_seen_at)}`,
    partner.token_age_days === null ? null : `token ${Math.floor(partner.token_age_days)} d`,
    partner.behind ? `${partner.behind} behind` : null,
    partner.breaker === "closed" ? null : `breaker ${partner.breaker}`,
    verdictWords(partner.standings),
  ].filter(Boolean);
  return h("button", { type: "button", class: "card", "data-partner": partner.name, "data-need": needs ? "needs" : "fine", onclick: () => open(partner) },
    said(partner.name, { class: "name", title: partner.name }),
    h("span", { class: `status ${partner.status}` }, partner.status),
    partner.why ? h("span", { class: `why ${needs ? "bad" : "warn"}` }, partner.why) : null,
    h("span", { class: "facts" }, h("span", {}, partner.parties.slice(0, 4).join(", ") + (partner.parties.length > 4 ? " …" : "")), ...facts.map((fact) => h("span", {}, fact))),
    spark(partner.history));
}

function verdictWords(standings) {
  const counts = Object.entries(standings);
  return counts.length ? counts.map(([state, count]) => `${count} ${state.toLowerCase()}`).join(", ") : null;
}

/** Messages a minute over 30 minutes; failed ones as a second line. */
function spark([passed, failed]) {
  const most = Math.max(1, ...passed);
  const line = (row) => row.map((count, place) => `${place ? "L" : "M"}${place * 4},${(20 - 18 * count / most).toFixed(1)}`).join("");
  return svg("svg", { class: "spark", viewBox: "0 0 116 22", preserveAspectRatio: "none", "aria-hidden": "true" },
    passed.length ? svg("path", { d: line(passed), fill: "none", stroke: "var(--accent)", "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }) : null,
    failed.length ? svg("path", { d: line(failed), fill: "none", stroke: "var(--bad)", "stroke-width": 1.5, "stroke-dasharray": "3 2", "vector-effect": "non-scaling-stroke" }) : null);
}

/** One partner in the dialog. */
export async function partnerPage(partner, ask) {
  const path = `partners/${encodeURIComponent(partner.name)}`;
  const [whole, verdict] = await Promise.all([ask(path), ask(`${path}/verdict`)]);
  const word = partner.word;
  const facts = {
    Parties: whole.parties.map((party) => `${party.country_code}*${party.party_id} ${party.role} ${party.status} ${party.name}`).join("\n"),
    OCPI: `${whole.version ?? "-"}   ${whole.versions_url || "no versions URL yet"}`,
    "Last seen": ago(whole.last_seen_at),
    Token: whole.token_age_days === null ? "-" : `${Math.floor(whole.token_age_days)} days old, sent as ${whole.token_encoding}`,
    Switches: `trailing slash ${whole.trailing_slash ? "on" : "off"}, catch-up ${whole.catch_up ? "on" : "off"}`,
    ...Object.fromEntries(Object.entries(whole.learned).map(([name, value]) => [`Learned: ${name}`, value])),
    ...(whole.faults.length ? { Invalid: whole.faults.slice(0, 5).map((fault) => `${fault.count}x ${fault.rule}`).join("\n") } : {}),
  };
  return [
    h("p", {}, h("span", { class: `status ${whole.status}` }, whole.status), partner.why ? ` · ${partner.why}` : " · nothing is wrong"),
    partner.why ? command(partner.command) : null,
    h("dl", { class: "facts-list" }, Object.entries(facts).map(([title, text]) => [h("dt", {}, title), h("dd", {}, String(text).split("\n").map((line) => h("div", {}, said(line))))])),
    verdictTable(verdict),
    h("h3", {}, "To do something about it"),
    [`hubctl partner show ${word}`, `hubctl traffic tail --partner ${word}`, `hubctl partner verify ${word}`, `hubctl partner suspend ${word}`, `hubctl partner resume ${word}`, `hubctl partner rotate ${word}`].map((line) => command(line)),
  ];
}

/** What the contract suite says, module by module, with its reports. */
export function verdictTable(verdict) {
  if (!verdict.standings.length) return h("p", { class: "soft" }, "The contract suite has not judged it yet.");
  const run = (standing) => verdict.runs.find((one_) => one_.side === standing.side && one_.modules.includes(standing.module));
  return h("table", {}, h("caption", {}, "Contract verdicts"),
    h("thead", {}, h("tr", {}, ["Side", "Module", "State", "Failed", "Judged", "Report"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, verdict.standings.map((standing) => h("tr", {},
      h("td", {}, standing.side), h("td", {}, standing.module),
      h("td", { class: standing.state === "VERIFIED" ? "good" : "bad" }, `${standing.state === "VERIFIED" ? "✓" : "✗"} ${standing.state}`),
      h("td", {}, said(standing.failed_blockers.join(", ") || "-")),
      h("td", {}, `${span((Date.now() - Date.parse(standing.judged_at)) / 1000)} ago`),
      h("td", {}, run(standing) ? h("a", { href: `/admin/v1/verifications/${encodeURIComponent(run(standing).run_id)}/page`, target: "_blank", rel: "noopener" }, "report") : "-")))));
}
