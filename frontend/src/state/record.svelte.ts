/** One thing asked of the server, or why it was not given. */

import { Refused, request } from "../api/client";

export class Recorded<T> {
  value = $state.raw<T | null>(null);
  refused = $state.raw<Refused | null>(null);
  private asked = "";

  /** Ask for a path; an answer to an older question is dropped. */
  async load(path: string): Promise<void> {
    this.asked = path;
    this.refused = null;
    try {
      const value = await request<T>(path);
      if (this.asked === path) this.value = value;
    } catch (error) {
      if (this.asked !== path) return;
      this.value = null;
      this.refused = error instanceof Refused ? error : new Refused(0, { detail: String(error) });
    }
  }
}
