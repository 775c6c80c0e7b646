// Legs put together: what came in, and what the hub sent because of it. As hub/cli/hops.py does.

/** Hops of legs that come in the order in which they were told. */
export function pair(legs) {
  const hops = [];
  for (const leg of legs) {
    if (leg.kind === "in") {
      const hop = { incoming: leg, out: [] };
      if (!isBroadcast(leg)) {
        for (let place = hops.length - 1; place >= 0; place -= 1) {
          const one = hops[place];
          if (!one.incoming && belong(one.out[0], leg) && one.out[0].method === leg.method) hop.out.unshift(...hops.splice(place, 1)[0].out);
        }
      }
      hops.push(hop);
      continue;
    }
    const cause = hops.findLast((hop) => hop.incoming && isBroadcast(hop.incoming) && belong(leg, hop.incoming));
    if (cause) cause.out.push(leg);
    else hops.push({ incoming: null, out: [leg] });
  }
  return hops;
}

function belong(out, incoming) {
  return out.correlation_id === incoming.correlation_id && out.module === incoming.module;
}

function isBroadcast(leg) {
  return leg.plan.startsWith("broadcast");
}

/** Did it end without an answer, with an HTTP error, or with an OCPI status of 2000 and above? */
export function failed(leg) {
  return !leg.http_status || leg.http_status >= 400 || leg.ocpi_status >= 2000;
}

/** `200/1000`, or `no answer`. */
export function answer(leg) {
  return leg.http_status ? `${leg.http_status}/${leg.ocpi_status || "-"}` : "no answer";
}

/** Who sent it and who got it, as words. */
export function ends(leg) {
  const from = leg.from || (leg.kind === "in" ? leg.partner || "?" : "hub");
  const to = leg.to || (leg.kind === "in" ? "hub" : leg.partner || "?");
  return [from, to];
}
