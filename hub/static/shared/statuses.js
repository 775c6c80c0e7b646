// What an EVSE's status counts as, with a colour and a shape of its own. Source: OCPI 2.2.1, mod_locations, Status enum.

import { svg } from "./dom.js";

export const GROUPS = [
  { name: "available", title: "available", statuses: ["AVAILABLE"], colour: "--available" },
  { name: "occupied", title: "charging", statuses: ["CHARGING"], colour: "--occupied" },
  { name: "reserved", title: "reserved", statuses: ["RESERVED"], colour: "--reserved" },
  { name: "blocked", title: "blocked", statuses: ["BLOCKED"], colour: "--blocked" },
  { name: "out", title: "out of order", statuses: ["OUTOFORDER", "INOPERATIVE"], colour: "--out" },
  { name: "unknown", title: "unknown", statuses: ["UNKNOWN", "PLANNED", "REMOVED"], colour: "--unknown" },
];

/** The number of a status's group. */
export function groupOf(status) {
  const found = GROUPS.findIndex((group) => group.statuses.includes(status));
  return found < 0 ? GROUPS.length - 1 : found;
}

/** Add the outline of a group's shape around x, y to a canvas path: circle, square, diamond, pentagon, triangle, ring. */
export function trace(path, group, x, y, r) {
  switch (GROUPS[group].name) {
    case "available": path.moveTo(x + r, y); path.arc(x, y, r, 0, 6.284); break;
    case "occupied": path.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8); break;
    case "reserved": polygon(path, [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]], x, y, r); break;
    case "blocked": polygon(path, [[0, -1.1], [1.1, -0.3], [0.7, 1], [-0.7, 1], [-1.1, -0.3]], x, y, r); break;
    case "out": polygon(path, [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]], x, y, r); break;
    default: path.moveTo(x + r, y); path.arc(x, y, r, 0, 6.284); path.moveTo(x + r * 0.5, y); path.arc(x, y, r * 0.5, 0, 6.284, true);
  }
}

function polygon(path, corners, x, y, r) {
  corners.forEach(([dx, dy], index) => path[index ? "lineTo" : "moveTo"](x + dx * r, y + dy * r));
  path.closePath();
}

/** The same shape as an image beside a word. */
export function shape(group) {
  const outline = {
    available: "M13 7A6 6 0 1 1 1 7a6 6 0 1 1 12 0Z", occupied: "M1.5 1.5h11v11h-11Z", reserved: "M7 0l7 7-7 7-7-7Z",
    blocked: "M7 .5l6.5 4.8L11 13H3L.5 5.3Z", out: "M7 .5l6.7 12.5H.3Z",
    unknown: "M13 7A6 6 0 1 1 1 7a6 6 0 1 1 12 0ZM10 7a3 3 0 1 0-6 0a3 3 0 1 0 6 0Z",
  };
  return svg("svg", { viewBox: "0 0 14 14", class: "shape", "aria-hidden": "true" },
    svg("path", { d: outline[GROUPS[group].name], fill: `var(${GROUPS[group].colour})`, "fill-rule": "evenodd" }));
}
