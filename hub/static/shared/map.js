// A map without a tile server: the outline of countries, and many points on one canvas, binned so that 30,000 do not stall it.

import { GROUPS, trace } from "./statuses.js";

const CELL = 26;
const PULSE_MS = 5000;
const PULSES_MAX = 300;
const REDRAW_MS = 100;

/** Make a map in `element`; returns Leaflet's. */
export function openMap(element, { centre = [47, 3], zoom = 5 } = {}) {
  const map = L.map(element, {
    center: centre, zoom, minZoom: 2, maxZoom: 18, zoomAnimation: false, fadeAnimation: false, worldCopyJump: true,
    preferCanvas: true, attributionControl: false, inertia: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  L.control.attribution({ prefix: false }).addAttribution("Leaflet · Natural Earth").addTo(map);
  return map;
}

/** Draw land and borders under everything else. */
export async function drawOutline(map, url) {
  const { units_per_degree: unit, rings } = await (await fetch(url)).json();
  const shapes = rings.map((deltas) => {
    const ring = [];
    for (let place = 0, x = 0, y = 0; place < deltas.length; place += 2) {
      x += deltas[place];
      y += deltas[place + 1];
      ring.push([y / unit, x / unit]);
    }
    return [ring];
  });
  const land = L.polygon(shapes, { interactive: false, weight: 1, fillOpacity: 1, smoothFactor: 1.5 }).addTo(map);
  const paint = () => land.setStyle({ color: colour("--border"), fillColor: colour("--land") });
  paint();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
}

/** Marks of several points stay off the edges of their cell, so that neighbours do not cover each other. */
function inner(mean, count) {
  if (count < 10) return mean;
  const start = Math.floor(mean / CELL) * CELL;
  return start + Math.min(0.7, Math.max(0.3, (mean - start) / CELL)) * CELL;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Many points, each in a group; `shown(number)` filters. */
export const PointLayer = L.Layer.extend({
  initialize(picked) {
    this._picked = picked;
    this._drawnAt = 0;
    this._pulses = new Map();
    this.set(new Float64Array(0), new Float64Array(0), new Uint8Array(0));
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide");
    this._canvas.setAttribute("aria-hidden", "true");
    map.getPane("markerPane").append(this._canvas);
    map.on("move zoomend resize viewreset", this.redraw, this);
    map.on("click", this._click, this);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    this.redraw();
  },

  /** Take all points: degrees, and the number of each one's group. */
  set(latitudes, longitudes, groups, shown = () => true) {
    this.latitudes = latitudes;
    this.longitudes = longitudes;
    this.groups = groups;
    this.shown = shown;
    this._x = Float64Array.from(longitudes, (degrees) => (degrees + 180) / 360);
    this._y = Float64Array.from(latitudes, (degrees) => {
      const sine = Math.sin(Math.max(-85, Math.min(85, degrees)) * Math.PI / 180);
      return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    });
    this._pulses.clear();
    this.redraw();
  },

  /** A point is in another group now. */
  change(number, group) {
    this.groups[number] = group;
    if (this._pulses.size < PULSES_MAX) this._pulses.set(number, performance.now());
    this.redraw();
  },

  redraw() {
    if (this._waiting || !this._map) return;
    const pause = Math.max(0, REDRAW_MS - (performance.now() - this._drawnAt));
    this._waiting = setTimeout(() => requestAnimationFrame(() => {
      this._waiting = 0;
      this._draw();
    }), this._dragging() ? 0 : pause);
  },

  _dragging() {
    return this._map.dragging?.moving?.() ?? false;
  },

  _draw() {
    if (!this._map) return;
    const size = this._map.getSize();
    const ratio = Math.min(2, devicePixelRatio || 1);
    const canvas = this._canvas;
    if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint([0, 0]));
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this._bin(size);
    this._paint(context);
    this._pulse(context);
    this._drawnAt = performance.now();
  },

  /** Count the visible points of each cell by group, and add up where they are. */
  _bin(size) {
    const scale = 256 * 2 ** this._map.getZoom();
    const origin = this._map.getPixelBounds().min;
    const columns = Math.ceil(size.x / CELL) + 1;
    const cells = new Map();
    for (let number = 0; number < this._x.length; number += 1) {
      const x = this._x[number] * scale - origin.x;
      const y = this._y[number] * scale - origin.y;
      if (x < 0 || y < 0 || x > size.x || y > size.y || !this.shown(number)) continue;
      const key = Math.floor(y / CELL) * columns + Math.floor(x / CELL);
      let cell = cells.get(key);
      if (!cell) cells.set(key, cell = { count: 0, x: 0, y: 0, groups: new Uint16Array(GROUPS.length), any: number });
      cell.count += 1;
      cell.x += x;
      cell.y += y;
      cell.groups[this.groups[number]] += 1;
    }
    this._cells = [...cells.values()];
    for (const cell of this._cells) {
      cell.x = inner(cell.x / cell.count, cell.count);
      cell.y = inner(cell.y / cell.count, cell.count);
      cell.group = cell.groups.indexOf(Math.max(...cell.groups));
      cell.radius = 4.5 + Math.min(7, Math.log2(cell.count) * 0.9);
    }
  },

  _paint(context) {
    const card = colour("--card");
    context.lineWidth = 1.2;
    context.strokeStyle = card;
    GROUPS.forEach((group, number) => {
      context.fillStyle = colour(group.colour);
      context.beginPath();
      for (const cell of this._cells) if (cell.group === number) trace(context, number, cell.x, cell.y, cell.radius);
      context.fill("nonzero");
      context.stroke();
    });
    const out = GROUPS.findIndex((group) => group.name === "out");
    context.fillStyle = colour(GROUPS[out].colour);
    context.beginPath();
    for (const cell of this._cells) {
      if (cell.group !== out && cell.groups[out]) trace(context, out, cell.x + cell.radius, cell.y - cell.radius, 3.2);
    }
    context.fill();
    context.fillStyle = card;
    context.font = "600 9px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const cell of this._cells) {
      if (cell.count >= 10) context.fillText(cell.count > 999 ? `${Math.round(cell.count / 1000)}k` : cell.count, cell.x, cell.y + 0.5);
    }
  },

  _pulse(context) {
    const now = performance.now();
    const scale = 256 * 2 ** this._map.getZoom();
    const origin = this._map.getPixelBounds().min;
    context.strokeStyle = colour("--accent");
    context.lineWidth = 2;
    for (const [number, at] of this._pulses) {
      if (now - at > PULSE_MS) { this._pulses.delete(number); continue; }
      if (!this.shown(number)) continue;
      context.beginPath();
      context.arc(this._x[number] * scale - origin.x, this._y[number] * scale - origin.y, 11, 0, 6.284);
      context.stroke();
    }
    if (this._pulses.size && !this._later) {
      this._later = setTimeout(() => { this._later = 0; this.redraw(); }, 1000);
    }
  },

  _click(event) {
    const at = event.containerPoint;
    const near = (this._cells ?? []).filter((cell) => Math.hypot(cell.x - at.x, cell.y - at.y) < cell.radius + 5);
    near.sort((a, b) => Math.hypot(a.x - at.x, a.y - at.y) - Math.hypot(b.x - at.x, b.y - at.y));
    if (!near.length) return;
    const place = [this.latitudes[near[0].any], this.longitudes[near[0].any]];
    const apart = near[0].count > 20 && this._map.getZoom() < 15;
    if (apart) this._map.setView(place, Math.min(18, this._map.getZoom() + 3));
    else this._picked(near[0].any, place);
  },
});
