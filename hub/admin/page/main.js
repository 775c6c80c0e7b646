// The operations page: signs in, follows the hub's stream, and hands what comes to those who show it.

import { partnerPage, showPartners } from "./cards.js";
import { Chart } from "./chart.js";
import { clock, command, fill, h, one, said } from "./dom.js";
import { readFilter } from "./filter.js";
import { Points } from "./points.js";
import { Stream } from "./stream.js";
import { Tabs } from "./tabs.js";
import { chain, Traffic } from "./traffic.js";

let query = new URLSearchParams();
let parts = null;

/** One read of the admin API; throws an Error with the API's own sentence. */
async function ask(path) {
  const answer = await fetch(`/admin/v1/${path}`, { cache: "no-store" });
  const value = await answer.json().catch(() => ({}));
  if (answer.ok) return value;
  if (answer.status === 401) showSignIn("The session has ended.");
  throw Object.assign(new Error(value.error?.message ?? `HTTP ${answer.status}`), { status: answer.status });
}

async function signIn(token) {
  const answer = await fetch("/session", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ token }) });
  if (!answer.ok) throw new Error((await answer.json()).error.message);
}

function showSignIn(why = "") {
  parts?.stream.close();
  one("#data").hidden = true;
  one("#sign-in").hidden = false;
  one("#sign-in-said").textContent = why;
  one("#state").textContent = "not signed in";
  one("#token").focus();
}

function showData() {
  one("#sign-in").hidden = true;
  one("#data").hidden = false;
  parts ??= open();
  parts.stream.open(query);
}

function open() {
  const points = new Points(ask), chart = new Chart(), traffic = new Traffic(openTrace), tabs = new Tabs(ask);
  const stream = new Stream({
    figures(news) {
      chart.show(news);
      const minute = news.last_minute;
      one("#errors").textContent = `${minute.errors} of ${minute.received + minute.sent}`;
      one("#p95").textContent = `${minute.p95_ms.toFixed(minute.p95_ms < 10 ? 1 : 0)} ms`;
      one("#clock").textContent = clock(news.at);
    },
    points(news) { points.set(news); document.body.dataset.points = news.count; },
    changes(news) { points.change(news); },
    partners(news) { showPartners(news, openPartner); tabs.tell({ partners: news }); },
    legs(news) { traffic.add(news); },
    status: showStatus,
    deliveries(news) { tabs.tell({ deliveries: news }); },
    trouble(news) { showState(news.text, true); },
    lost(reason) {
      document.body.classList.add("lost");
      one("#lost").hidden = false;
      one("#lost").textContent = `${reason}. What is shown is as of ${one("#clock").textContent}; trying again …`;
    },
    found() {
      document.body.classList.remove("lost");
      one("#lost").hidden = true;
    },
    refused() { showSignIn("The session has ended."); },
  });
  one("#filter-form").addEventListener("submit", (event) => { event.preventDefault(); applyFilter(traffic, stream); });
  tabs.choose("deliveries");
  return { stream };
}

async function applyFilter(traffic, stream) {
  const note = one("#filter-said");
  note.textContent = "";
  try {
    const asked = readFilter(one("#filter").value);
    await ask(`traffic?limit=1&${asked}`);
    query = asked;
  } catch (error) {
    note.textContent = `${error.message}.`.replace(/\.\.$/, ".");
    return;
  }
  traffic.clear();
  stream.open(query);
}

function showStatus(status) {
  one("#hub-name").textContent = `OCPI hub ${status.hub.party}`;
  const partners = Object.values(status.partners).reduce((sum, count) => sum + count, 0);
  const needs = status.needs.length;
  showState(needs ? needWords(status.needs) : `All ${partners} partners fine`, needs > 0);
  one("#behind").textContent = `${status.deliveries.behind + status.deliveries.waiting + status.deliveries.in_flight}`;
  one("#needs").hidden = !needs;
  fill(one("#needs-list"), status.needs.map((need) => h("li", {}, said(need.text), command(need.hint))));
  if (status.hub.workers > 1) one("#rate").title = `of one of ${status.hub.workers} processes`;
}

/** `1 needs you: FR-MOB`, with three names at most. */
function needWords(needs) {
  const names = [...new Set(needs.map((need) => need.who || "the hub"))];
  return `${needs.length} ${needs.length === 1 ? "needs" : "need"} you: ${names.slice(0, 3).join(", ")}${names.length > 3 ? " …" : ""}`;
}

function showState(text, bad) {
  const state = one("#state");
  if (state.textContent !== text) state.textContent = text;
  state.className = bad ? "bad" : "good";
  document.title = `${bad ? "▲" : "●"} ${text} · OCPI hub`;
}

async function openDialog(title, make) {
  const dialog = one("#dialog");
  const body = h("div", {}, "…");
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  fill(dialog, h("header", {}, h("h2", { id: "dialog-title" }, said(title)), close), body);
  dialog.showModal();
  close.focus();
  try {
    fill(body, await make());
  } catch (error) {
    fill(body, h("p", { class: "bad" }, said(error.message)));
  }
}

function openTrace(correlationId) {
  openDialog(`Way of ${correlationId}`, async () => chain(await ask(`traffic/${encodeURIComponent(correlationId)}`)));
}

function openPartner(partner) {
  openDialog(partner.name, () => partnerPage(partner, ask));
}

async function begin() {
  fill(one("#sign-in-command"), command("hubctl admin token --subject $USER --expires 12h"));
  one("#sign-in").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await signIn(one("#token").value);
      one("#token").value = "";
      showData();
    } catch (error) {
      one("#sign-in-said").textContent = error.message;
    }
  });
  one("#sign-out").addEventListener("click", async () => {
    await fetch("/session", { method: "DELETE" });
    showSignIn("Signed out.");
  });
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname);
    try { await signIn(given); } catch (error) { showSignIn(error.message); return; }
    showData();
    return;
  }
  const answer = await fetch("/admin/v1/traffic?limit=1", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) showData();
  else showSignIn();
}

begin();
