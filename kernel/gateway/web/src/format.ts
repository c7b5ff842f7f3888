// How numbers and times read in the page.

export function duration(ms: number | undefined): string {
  if (ms === undefined) return '';
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function relativeTime(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (!then) return '';
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h`;
  if (minutes < 7 * 24 * 60) return `${Math.floor(minutes / (24 * 60))} d`;
  const date = new Date(then);
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString(undefined, {day: 'numeric', month: 'short', ...(sameYear ? {} : {year: 'numeric'})});
}

export type Age = 'Today' | 'Yesterday' | 'Last 7 days' | 'Earlier';
export function ageOf(then: number, now: number): Age {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (then >= midnight) return 'Today';
  if (then >= midnight - 86_400_000) return 'Yesterday';
  return then >= midnight - 7 * 86_400_000 ? 'Last 7 days' : 'Earlier';
}

/** JSON on several lines when it is JSON, else the text as it is (previews may be cut in the middle). */
export function prettyArguments(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const kTelling = ['command', 'path', 'url', 'query', 'pattern', 'name']; // what a call is about, where it has one of these

/** One line for a tool card's head: the values of the arguments, the most telling first, without braces and switches. */
export function argumentsLine(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object') return String(value);
    const rank = (name: string): number => kTelling.includes(name) ? kTelling.indexOf(name) : kTelling.length;
    return Object.entries(value).filter(([, v]) => typeof v !== 'boolean').sort(([a], [b]) => rank(a) - rank(b))
      .map(([, v]) => typeof v === 'string' ? v : JSON.stringify(v)).join(', ');
  } catch {
    return text;
  }
}

/** A conversation's title on one line, without characters that are not seen or that turn their surroundings around. */
export function oneLine(title: string | undefined): string {
  const seen = (title ?? '').replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').replace(/[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff]/g, '');
  return seen.trim() || 'New conversation';
}
