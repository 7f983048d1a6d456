/** The current minute, so that relative times stay true while the page is open. */

class Ticker {
  now = $state(Date.now());

  constructor() {
    window.setInterval(() => (this.now = Date.now()), 30_000);
  }
}

export const ticker = new Ticker();

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "long" });

/** "3 hours ago", "in 2 days", "just now". */
export function relative(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}

/** The exact moment in local time and in UTC, for the hover text. */
export function exact(at: number): string {
  const local = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" }).format(at);
  return `${local}\n${new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC")}`;
}
