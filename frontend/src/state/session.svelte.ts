/** Who is signed in. The token lives in this tab only and is gone when the tab closes. */

import type { Person } from "../api/shapes";

const key = "taskyard.token";

class Session {
  token = $state(window.sessionStorage.getItem(key) ?? "");
  person = $state<Person | null>(null);
  asking = $state(false);

  begin(token: string): void {
    this.token = token;
    this.asking = false;
    window.sessionStorage.setItem(key, token);
  }

  end(): void {
    this.token = "";
    this.person = null;
    window.sessionStorage.removeItem(key);
  }
}

export const session = new Session();
