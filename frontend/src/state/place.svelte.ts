/** Where the reader is: the route and its query, kept in the address bar so that every view can be shared. */

// The script sits in <prefix>/assets/, so the prefix is one step up; in development it is the document's own root.
export const base = import.meta.env.DEV ? "/" : new URL(/* @vite-ignore */ "..", import.meta.url).pathname;

export type RouteName = "overview" | "definitions" | "tasks" | "executions" | "incidents" | "reference";
const routes: Record<string, RouteName> = {
  "": "overview",
  definitions: "definitions",
  tasks: "tasks",
  executions: "executions",
  incidents: "incidents",
  reference: "reference",
};

class Place {
  route = $state<RouteName | null>("overview");
  query = $state(new URLSearchParams());

  constructor() {
    this.read();
    window.addEventListener("popstate", () => this.read());
  }

  private read(): void {
    const path = window.location.pathname.slice(base.length).replace(/\/$/, "");
    this.route = routes[path] ?? null;
    this.query = new URLSearchParams(window.location.search);
  }

  get(name: string): string {
    return this.query.get(name) ?? "";
  }

  /** The address of a route with a query; empty values are left out. */
  href(route: RouteName, query: Record<string, string> = {}): string {
    const kept = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value) kept.set(name, value);
    const text = kept.toString();
    return `${base}${route === "overview" ? "" : route}${text ? `?${text}` : ""}`;
  }

  go(route: RouteName, query: Record<string, string> = {}, replace = false): void {
    const target = this.href(route, query);
    if (replace) window.history.replaceState(null, "", target);
    else window.history.pushState(null, "", target);
    this.read();
  }

  /** The address of this view with some of the query changed. */
  also(changes: Record<string, string>): string {
    return this.href(this.route ?? "overview", { ...Object.fromEntries(this.query), ...changes });
  }

  /** Change some of the query and keep the rest; an empty value removes the name. */
  set(changes: Record<string, string>, replace = false): void {
    this.go(this.route ?? "overview", { ...Object.fromEntries(this.query), ...changes }, replace);
  }
}

export const place = new Place();

/** Lets plain links work without a reload, and leaves modified clicks to the browser. */
export function link(node: HTMLAnchorElement) {
  function onclick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const before = window.location.pathname;
    const url = new URL(node.href);
    window.history.pushState(null, "", url.pathname + url.search);
    window.dispatchEvent(new PopStateEvent("popstate"));
    if (url.pathname !== before) window.scrollTo(0, 0);
  }
  node.addEventListener("click", onclick);
  return { destroy: () => node.removeEventListener("click", onclick) };
}
