// The filter box: the options of `hubctl traffic tail`, word for word.

const OPTIONS = {
  "--partner": "partner", "--module": "module", "--method": "method", "--status": "status",
  "--slow": "slower_than_ms", "--since": "since_s", "--correlation": "correlation_id",
};
const MANY = new Set(["partner", "module", "method", "status"]);
const UNITS_S = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };

/** The query of /admin/v1/traffic for a line of options; throws an Error that names the option. */
export function readFilter(line) {
  const words = split(line);
  const query = new URLSearchParams();
  while (words.length) {
    let [option, value] = words.shift().split(/=(.*)/s);
    const name = OPTIONS[option];
    if (!name) throw new Error(`${option} is none of ${Object.keys(OPTIONS).join(", ")}`);
    value ??= words.shift();
    if (value === undefined || value.startsWith("--")) throw new Error(`${option} needs a value`);
    if (MANY.has(name)) value.split(",").map((part) => part.trim()).filter(Boolean).forEach((part) => query.append(name, part));
    else if (name === "correlation_id") query.set(name, value);
    else query.set(name, seconds(value, option) * (name === "slower_than_ms" ? 1000 : 1));
  }
  return query;
}

function seconds(written, option) {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(written.trim().toLowerCase());
  if (!found) throw new Error(`${option} is a time such as 500ms, 30s, 10m, 2h or 7d, not ${JSON.stringify(written)}`);
  return Number(found[1]) * UNITS_S[found[2]];
}

/** Words as a shell takes them apart: blanks part, quotes keep together. */
function split(line) {
  const words = [];
  const pattern = /\s*((?:[^\s"']|"[^"]*"|'[^']*')+)/gy;
  for (let found = pattern.exec(line); found; found = pattern.exec(line)) words.push(found[1].replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
  return words;
}
