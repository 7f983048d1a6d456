/** One keyset-paged list: what is on screen, and why nothing is. */

import { list, Refused } from "../api/client";
import type { Page } from "../api/shapes";
import { session } from "./session.svelte";

export class Listing<Row> {
  page = $state.raw<Page<Row> | null>(null);
  loading = $state(true);
  refused = $state.raw<Refused | null>(null);
  private running: AbortController | null = null;

  /** Ask for a page; a newer question cancels an older one. What is shown stays until the answer is here. */
  async load(path: string, query: Record<string, string | number | boolean>): Promise<void> {
    this.running?.abort();
    const mine = new AbortController();
    this.running = mine;
    this.loading = true;
    try {
      this.page = await list<Row>(path, query, mine.signal);
      this.refused = null;
    } catch (error) {
      if (mine.signal.aborted) return;
      this.page = null;
      this.refused = error instanceof Refused ? error : new Refused(0, { detail: String(error) });
      if (this.refused.status === 401 && session.token) session.end();
    } finally {
      if (this.running === mine) this.loading = false;
    }
  }
}
