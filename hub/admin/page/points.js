// The map of EVSEs: all of them unpacked at once, then what changes; filters by status and operator; what stands at a place.

import { fill, h, one, said, span } from "./dom.js";
import { drawOutline, openMap, PointLayer } from "./map.js";
import { GROUPS, groupOf, shape } from "./statuses.js";

export class Points {
  constructor(ask) {
    this._ask = ask;
    this._map = openMap(one("#map"));
    drawOutline(this._map, "outline.json");
    this._layer = new PointLayer((number, place) => this._open(place)).addTo(this._map);
    this._hidden = new Set();
    this._counts = new Array(GROUPS.length).fill(0);
    this._groups = new Uint8Array(0);
    this._owners = new Uint16Array(0);
    this._buttons = GROUPS.map((group, number) => h("button", { type: "button", "aria-pressed": "true", onclick: () => this._toggle(number) }, shape(number), h("span")));
    fill(one("#legend"), this._buttons.map((button) => h("li", {}, button)));
    one("#owner").addEventListener("change", () => this._layer.redraw());
    this._showCounts();
  }

  /** Every point, as `points` of the stream has them. */
  set(packed) {
    const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
    const first = !this._groups.length;
    const degrees = (text) => Float64Array.from(new Int32Array(bytes(text)), (units) => units / 1e5);
    const group = packed.statuses.map(groupOf);
    this._statusGroups = group;
    this._groups = Uint8Array.from(new Uint8Array(bytes(packed.status)), (status) => group[status]);
    this._owners = new Uint16Array(bytes(packed.owner));
    this._counts.fill(0);
    for (const one_ of this._groups) this._counts[one_] += 1;
    const latitudes = degrees(packed.latitude), longitudes = degrees(packed.longitude);
    this._layer.set(latitudes, longitudes, this._groups, (number) => this._shown(number));
    this._showOwners(packed.owners);
    if (first && packed.count) this._fit(latitudes, longitudes);
    this._trouble = packed.trouble;
    this._showCounts();
  }

  /** What changed: numbers of points and their statuses. */
  change({ numbers, statuses }) {
    numbers.forEach((number, place) => {
      const group = this._statusGroups[statuses[place]];
      if (group === this._groups[number]) return;
      this._counts[this._groups[number]] -= 1;
      this._counts[group] += 1;
      this._layer.change(number, group);
    });
    this._showCounts();
  }

  _shown(number) {
    return !this._hidden.has(this._groups[number]) && (this._owner() < 0 || this._owners[number] === this._owner());
  }

  _owner() {
    const chosen = one("#owner").value;
    return chosen === "" ? -1 : Number(chosen);
  }

  _toggle(group) {
    if (!this._hidden.delete(group)) this._hidden.add(group);
    this._buttons[group].setAttribute("aria-pressed", String(!this._hidden.has(group)));
    this._layer.redraw();
  }

  _showOwners(owners) {
    const select = one("#owner");
    if (select.options.length === owners.length + 1) return;
    const chosen = select.value;
    const sorted = owners.map((owner, number) => [owner, number]).sort();
    fill(select, h("option", { value: "" }, "all"), sorted.map(([owner, number]) => h("option", { value: number }, owner)));
    select.value = chosen;
  }

  _showCounts() {
    GROUPS.forEach((group, number) => { this._buttons[number].lastChild.textContent = `${group.title} ${this._counts[number].toLocaleString("en")}`; });
    one("#point-count").textContent = `${this._groups.length.toLocaleString("en")} EVSEs${this._trouble ? ` · ${this._trouble}` : ""}`;
  }

  /** The middle 96 of 100, so that one stray point does not shrink everything. */
  _fit(latitudes, longitudes) {
    const bounds = (values) => {
      const sorted = Float64Array.from(values).sort();
      return [sorted[Math.floor(sorted.length * 0.02)], sorted[Math.ceil(sorted.length * 0.98) - 1]];
    };
    const [south, north] = bounds(latitudes), [west, east] = bounds(longitudes);
    this._map.fitBounds([[south, west], [north, east]], { padding: [10, 10], maxZoom: 13, animate: false });
  }

  async _open([latitude, longitude]) {
    const sites = await this._ask(`evses?latitude=${latitude}&longitude=${longitude}`);
    const now = Date.now();
    const box = h("div", {}, sites.map((site) => h("section", {},
      h("h3", {}, said(site.name || site.id)), h("p", { class: "soft" }, said(site.owner), " · ", said(`${site.address}, ${site.city}`)),
      h("ul", {}, site.evses.map((evse) => h("li", {}, shape(groupOf(evse.status)), ` ${evse.status} `, said(evse.uid),
        h("span", { class: "soft" }, ` · ${(evse.max_watts / 1000).toFixed(0)} kW · since ${span((now - evse.changed_ms) / 1000)}, heard ${span((now - evse.received_ms) / 1000)} ago`)))))));
    L.popup({ maxWidth: 320 }).setLatLng([latitude, longitude]).setContent(box).openOn(this._map);
  }
}
