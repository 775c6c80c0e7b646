// The app developer's page: search, see the exact request and its answer, move the map, copy the call.

import { command, fill, h, one, said, span } from "./dom.js";
import { field, parametersOf, valuesOf } from "./fields.js";
import { drawOutline, openMap, PointLayer } from "./map.js";
import { LANGUAGES } from "./snippets.js";
import { GROUPS, groupOf, shape } from "./statuses.js";

const BASE = new URL("/apps/v1", location.href).href;
const RADIUS_M_MAX = 50000;
const QUIET_MS = 400;
const map = openMap(one("#map"), { centre: [48.85, 2.35], zoom: 13 });
const layer = new PointLayer((number) => pick(number)).addTo(map);
let language = "curl", found = [], moving = 0, searches = 0, searched = false;

/** The request that the form and the map make now. */
function address() {
  const query = new URLSearchParams([["near", one("#near").value.replace(/\s/g, "")], ["radius_m", one("#radius").value]]);
  for (const [name, value] of valuesOf(one("#filters"))) query.append(name, value);
  return `${BASE}/locations?${query.toString().replaceAll("%2C", ",")}`;
}

function showRequest() {
  fill(one("#snippet"), command(LANGUAGES[language](address())));
  for (const tab of one("#languages").children) {
    tab.setAttribute("aria-selected", String(tab.textContent === language));
    tab.tabIndex = tab.textContent === language ? 0 : -1;
  }
}

async function call(url) {
  const token = one("#token").value.trim();
  const began = performance.now();
  const answer = await fetch(url, { headers: token ? { Authorization: `Bearer ${token}` } : {}, cache: "no-store" });
  const text = await answer.text();
  const took = performance.now() - began;
  let value = null;
  try { value = JSON.parse(text); } catch { /* shown as it came */ }
  return { answer, text: value === null ? text : JSON.stringify(value, null, 2), value, note: `HTTP ${answer.status}, ${text.length.toLocaleString("en")} characters, ${took.toFixed(0)} ms` };
}

async function search() {
  const number = searches += 1;
  showRequest();
  let got;
  try {
    got = await call(address());
  } catch {
    if (number === searches) showLost("The hub does not answer. What is shown is of an earlier search.");
    return;
  }
  if (number !== searches) return;
  showLost("");
  one("#answer").textContent = got.text.slice(0, 100000);
  one("#answer-note").textContent = got.note;
  showLimit(got.answer.headers);
  found = got.answer.ok ? got.value.locations : [];
  one("#said").textContent = got.answer.ok ? `${found.length} places.${got.value.next ? " There are more: the answer's next is the cursor of the next page." : ""}` : explain(got);
  showPlaces();
  showFreshness();
  if (layer.points.length && !searched) priceAt(layer.points[0].place, layer.points[0].evse);
  searched ||= layer.points.length > 0;
}

/** The data turns grey while there is a reason. */
function showLost(reason) {
  document.body.classList.toggle("lost", Boolean(reason));
  one("#lost").hidden = !reason;
  one("#lost").textContent = reason;
}

function explain({ answer, value }) {
  if (answer.status === 401) return "The hub wants the token of an app: hubctl apps create NAME --emsp DE/EMA";
  return value?.error?.message ?? `HTTP ${answer.status}`;
}

function showPlaces() {
  const points = found.flatMap((place) => (place.evses ?? []).map((evse) => ({ place, evse })));
  layer.points = points;
  layer.set(Float64Array.from(points, ({ place }) => Number(place.coordinates.latitude)), Float64Array.from(points, ({ place }) => Number(place.coordinates.longitude)), Uint8Array.from(points, ({ evse }) => groupOf(evse.status)));
  const counts = new Array(GROUPS.length).fill(0);
  for (const { evse } of points) counts[groupOf(evse.status)] += 1;
  fill(one("#legend"), GROUPS.map((group, number) => h("li", { class: "row" }, shape(number), `${group.title} ${counts[number]}`)));
}

function showFreshness() {
  const ages = new Map();
  for (const place of found) {
    const operator = place.operator?.name ?? `${place.country_code}*${place.party_id}`;
    for (const evse of place.evses ?? []) {
      if (!ages.has(operator)) ages.set(operator, []);
      ages.get(operator).push(evse.age_s);
    }
  }
  fill(one("#freshness tbody"), [...ages].map(([operator, list]) => {
    list.sort((a, b) => a - b);
    return h("tr", {}, h("td", {}, said(operator)), h("td", {}, list.length), h("td", {}, span(list[0])), h("td", {}, span(list[Math.floor(list.length / 2)])));
  }));
}

function showLimit(headers) {
  const told = [...headers].filter(([name]) => /ratelimit|retry-after/i.test(name));
  fill(one("#limit"), limitWords(headers), told.length ? told.map(([name, value]) => h("div", { class: "mono" }, `${name}: ${value}`)) : "The answer says nothing of a limit.");
}

/** What RateLimit and RateLimit-Policy say, in words. Source: draft-ietf-httpapi-ratelimit-headers. */
function limitWords(headers) {
  const [left, policy] = ["ratelimit", "ratelimit-policy"].map((name) => Object.fromEntries([...(headers.get(name) ?? "").matchAll(/;(\w)=(\d+)/g)].map(([, key, value]) => [key, value])));
  if (!left.r || !policy.q) return null;
  return h("p", {}, `${left.r} of ${policy.q} requests left${left.r === policy.q ? "" : `; all are back in ${left.t} s`}.`);
}

/** Fill in where a session would be charged for. */
function priceAt(place, evse) {
  const values = { location: `${place.country_code}/${place.party_id}/${place.id}`, evse_uid: evse.uid, connector_id: evse.connectors[0]?.id };
  for (const input of one("#price-fields").querySelectorAll("[name]")) input.value = values[input.name] ?? input.value;
}

function pick(number) {
  const { place, evse } = layer.points[number];
  priceAt(place, evse);
  const box = h("div", {}, h("h3", {}, said(place.name ?? place.id)), h("p", {}, said(place.address ?? "")),
    h("ul", {}, (place.evses ?? []).map((one_) => h("li", {}, shape(groupOf(one_.status)), ` ${one_.status} `, said(one_.uid), h("span", { class: "soft" }, ` ${one_.confidence ?? ""} ${span(one_.age_s)}`)))));
  L.popup({ maxWidth: 320 }).setLatLng([place.coordinates.latitude, place.coordinates.longitude]).setContent(box).openOn(map);
}

function moved() {
  if (moving) return;
  const centre = map.getCenter().wrap();
  const radius = Math.min(RADIUS_M_MAX, Math.round(centre.distanceTo(map.getBounds().getNorthWest()) / 100) * 100 || 100);
  one("#near").value = `${centre.lat.toFixed(4)},${centre.lng.toFixed(4)}`;
  one("#radius").value = radius;
  showRequest();
  clearTimeout(moved.later);
  moved.later = setTimeout(search, QUIET_MS);
}

function goTo() {
  const [latitude, longitude] = one("#near").value.split(",").map(Number);
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return;
  moving = 1;
  map.setView([latitude, longitude], map.getZoom(), { animate: false });
  moving = 0;
}

async function estimate() {
  const url = `${BASE}/prices?${new URLSearchParams(valuesOf(one("#price-fields")))}`;
  fill(one("#price-snippet"), command(LANGUAGES[language](url)));
  try {
    const got = await call(url);
    one("#price-answer").textContent = `${got.note}\n${got.text}`;
  } catch {
    one("#price-answer").textContent = "The hub does not answer.";
  }
}

async function begin() {
  drawOutline(map, "outline.json");
  const api = await (await fetch("openapi/apps.json")).json();
  one("#filters").append(...parametersOf(api, "/locations").map((parameter) => field(api, parameter)));
  fill(one("#price-fields"), parametersOf(api, "/prices").map((parameter) => field(api, parameter)));
  fill(one("#languages"), Object.keys(LANGUAGES).map((name, place, all) => h("button", {
    type: "button", role: "tab", "aria-controls": "snippet", onclick: () => { language = name; showRequest(); },
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { language = all[(place + step + all.length) % all.length]; showRequest(); one('#languages [aria-selected="true"]').focus(); }
    },
  }, name)));
  one("#search").addEventListener("submit", (event) => { event.preventDefault(); goTo(); search(); });
  one("#filters").addEventListener("change", search);
  one("#price").addEventListener("submit", (event) => { event.preventDefault(); estimate(); });
  map.on("moveend", moved);
  showPlaces();
  showRequest();
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    history.replaceState(null, "", location.pathname);
    one("#token").value = given;
    moved();
  }
}

begin();
