// The hub's stream: named events, and a word when it is lost. The browser connects again by itself; we do when it gives up.

const SILENCE_MS = 5000;
const AGAIN_MS = 2000;
const NAMES = ["figures", "points", "changes", "partners", "legs", "status", "deliveries", "trouble"];

export class Stream {
  /** `on` has a function for each event by name, and `lost(reason)`, `found()`, `refused()`. */
  constructor(on) {
    this._on = on;
    this._heard = 0;
    this._isLost = false;
    setInterval(() => this._look(), 500);
  }

  /** Follow, with the query of a filter; ends what was followed before. */
  open(query) {
    this.close();
    this._query = query;
    this._heard = performance.now();
    const source = this._source = new EventSource(`/admin/v1/stream?${query}`);
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        if (source !== this._source) return;
        this._heard = performance.now();
        if (this._isLost) { this._isLost = false; this._on.found(); }
        this._on[name](JSON.parse(event.data));
      });
    }
    source.onerror = () => {
      if (source !== this._source) return;
      this._lose("The hub does not answer");
      if (source.readyState === EventSource.CLOSED) this._reopen();
    };
  }

  close() {
    this._source?.close();
    this._source = null;
  }

  async _reopen() {
    const query = this._query;
    this.close();
    try {
      const answer = await fetch("/admin/v1/traffic?limit=1", { cache: "no-store" });
      if (answer.status === 401) { this._on.refused(); return; }
    } catch { /* still away: try again below */ }
    setTimeout(() => { if (!this._source) this.open(query); }, AGAIN_MS);
  }

  _look() {
    if (this._source && performance.now() - this._heard > SILENCE_MS) this._lose("Nothing was heard from the hub for 5 s");
  }

  _lose(reason) {
    if (this._isLost) return;
    this._isLost = true;
    this._on.lost(reason);
  }
}
