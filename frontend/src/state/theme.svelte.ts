/** Light, dark, or what the system says. */

export type Theme = "system" | "light" | "dark";
const key = "taskyard.theme";
const order: Theme[] = ["system", "light", "dark"];

class Look {
  theme = $state<Theme>("system");

  constructor() {
    const kept = window.localStorage.getItem(key);
    if (kept === "light" || kept === "dark") this.theme = kept;
    this.apply();
  }

  next(): void {
    this.theme = order[(order.indexOf(this.theme) + 1) % order.length] ?? "system";
    window.localStorage.setItem(key, this.theme);
    this.apply();
  }

  private apply(): void {
    if (this.theme === "system") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.setAttribute("data-theme", this.theme);
  }
}

export const look = new Look();
