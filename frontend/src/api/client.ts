/** The one place that talks to the server. */

import { base } from "../state/place.svelte";
import { session } from "../state/session.svelte";
import type { Page, Person, Problem } from "./shapes";

/** A refusal by the server, or its absence (status 0), with what the server said about it. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

function address(path: string, query: Query = {}): string {
  const wanted = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") wanted.set(name, String(value));
  }
  const text = wanted.toString();
  return `${base}${path}${text ? `?${text}` : ""}`;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body: unknown = await response.json();
    if (body && typeof body === "object") return body as Problem;
  } catch {
    // Not JSON: a proxy in between answered. The status line is all there is.
  }
  return { title: response.statusText || `Status ${response.status}`, status: response.status };
}

export async function request<T>(path: string, query?: Query, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set("Accept", "application/json");
  if (session.token) headers.set("Authorization", `Bearer ${session.token}`);
  let response: Response;
  try {
    response = await fetch(address(path, query), { ...init, headers, credentials: "omit" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(0, { title: "No answer", detail: "The server cannot be reached. Is it still running?" });
  }
  if (!response.ok) throw new Refused(response.status, await problemOf(response));
  return (await response.json()) as T;
}

/** Ask for something to be done; what became of it. */
export function act<T>(path: string, body: unknown = {}): Promise<T> {
  const init = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return request<T>(path, {}, init);
}

export const me = () => request<Person>("v1/me");

export function list<Row>(path: string, query: Query, signal?: AbortSignal): Promise<Page<Row>> {
  return request<Page<Row>>(path, query, { signal });
}

export async function signIn(username: string, password: string): Promise<string> {
  const body = JSON.stringify({ username, password });
  const answer = await request<{ token: string }>(
    "v1/session",
    {},
    {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    },
  );
  return answer.token;
}
