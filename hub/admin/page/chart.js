// Requests a second by module, and those that failed, over half an hour.

import { clock, one } from "./dom.js";

const COLOURS = ["--occupied", "--available", "--reserved", "--blocked", "--unknown", "--accent", "--warn", "--good"];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

export class Chart {
  constructor() {
    this._box = one("#chart");
    this._shown = -Infinity;
    addEventListener("resize", () => this._plot?.setSize(this._size()));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { this._names = ""; this._shown = -Infinity; });
  }

  /** `figures` of the stream. */
  show(figures) {
    const { modules, failed, step_s: step } = figures;
    const names = Object.keys(modules).sort();
    const slices = names.length ? modules[names[0]].length : 0;
    const rate = (row) => row.slice(0, -1).map((count) => count / step);
    const all = new Array(slices).fill(0);
    const bad = new Array(slices).fill(0);
    for (const name of names) modules[name].forEach((count, place) => { all[place] += count; });
    for (const row of Object.values(failed)) row.forEach((count, place) => { bad[place] += count; });
    this._tellRate(all, step, figures.elapsed_s);
    if (!slices || performance.now() - this._shown < 5000) return;
    this._shown = performance.now();
    const now = Date.parse(figures.at) / 1000 - figures.elapsed_s;
    const times = Array.from({ length: slices - 1 }, (_, place) => now - (slices - 1 - place) * step);
    this._draw(names, [times, rate(all), ...names.map((name) => rate(modules[name])), rate(bad)]);
    one("#chart-words").textContent = `Peak ${Math.max(...rate(all)).toFixed(1)} requests/s; ${bad.reduce((sum, count) => sum + count, 0)} of ${all.reduce((sum, count) => sum + count, 0)} failed.`;
  }

  /** The rate now: the slice that runs and the one before. */
  _tellRate(all, step, elapsed) {
    const [before, current] = [all.at(-2) ?? 0, all.at(-1) ?? 0];
    one("#rate").textContent = ((before + current) / (step + elapsed)).toFixed(1);
  }

  _draw(names, data) {
    if (this._names !== names.join()) {
      this._names = names.join();
      this._plot?.destroy();
      this._plot = new uPlot(this._options(names), data, this._box);
      one(".u-legend", this._box).setAttribute("aria-label", "Requests per second by module, where the pointer is");
    } else this._plot.setData(data);
  }

  _options(names) {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const time = (seconds) => clock(seconds * 1000).slice(0, 5);
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") } };
    const series = (label, name, place, width) => ({ label, stroke: colour(name), width, dash: DASHES[place % DASHES.length], points: { show: false } });
    return {
      ...this._size(),
      scales: { y: { range: (_, least, most) => [0, Math.max(1, most * 1.1)] } },
      axes: [{ ...axis, values: (_, splits) => splits.map(time) }, { ...axis, label: "per second", labelSize: 18, size: 48 }],
      series: [{ value: (_, seconds) => (seconds ? time(seconds) : "--") }, series("all", "--ink", 0, 2), ...names.map((name, place) => series(name, COLOURS[place % COLOURS.length], place + 1, 1)), series("failed", "--bad", 2, 2)],
      cursor: { drag: { x: false, y: false } },
    };
  }

  _size() {
    return { width: Math.max(260, this._box.clientWidth), height: 190 };
  }
}
