// Numbers and times as people read them, in the language of the page. Pure functions.

import type {Messages} from "../i18n/en";

export function number_text(value: number, m: Messages, digits = 0): string {
  return new Intl.NumberFormat(m.locale, {maximumFractionDigits: digits, minimumFractionDigits: digits}).format(value);
}

// A rate: one decimal below 10.
export function rate_text(value: number, m: Messages): string {
  return number_text(value, m, value > 0 && value < 9.95 ? 1 : 0);
}

// Powers of 1024, as the settings have them: 1G is 1 GiB.
export function bytes_text(bytes: number, m: Messages): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1023.5 && unit + 1 < units.length) {
    value /= 1024;
    ++unit;
  }
  return `${number_text(value, m, unit > 0 && value < 9.95 ? 1 : 0)} ${units[unit]}`;
}

// Microseconds, as µs, ms or s.
export function micros_text(us: number, m: Messages): string {
  if (us < 999.5) return `${number_text(us, m, us < 9.95 ? 1 : 0)} µs`;
  if (us < 999_500) return `${number_text(us / 1000, m, us < 9950 ? 1 : 0)} ms`;
  return `${number_text(us / 1e6, m, 1)} s`;
}

export function span_text(seconds: number, m: Messages): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return m.seconds(s);
  if (s < 3600) return m.minutes(Math.floor(s / 60));
  if (s < 48 * 3600) return m.hours(Math.floor(s / 3600));
  return m.days(Math.floor(s / 86400));
}

export function ago_text(then_ms: number, now_ms: number, m: Messages): string {
  const seconds = (now_ms - then_ms) / 1000;
  return seconds < 2 ? m.just_now : m.ago(span_text(seconds, m));
}

function same_day(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

// Local time; with the date if that is another one.
export function moment_text(then_ms: number, now_ms: number, m: Messages, seconds = false): string {
  const then = new Date(then_ms);
  const clock: Intl.DateTimeFormatOptions = {hour: "2-digit", minute: "2-digit", hourCycle: "h23"};
  if (seconds) clock.second = "2-digit";
  const time = new Intl.DateTimeFormat(m.locale, clock).format(then);
  if (same_day(then, new Date(now_ms))) return time;
  const date = new Intl.DateTimeFormat(m.locale, {day: "numeric", month: "short"}).format(then);
  return `${date}, ${time}`;
}

// For a tooltip: exact, and in UTC as the log has it.
export function exact_text(iso: string): string {
  return `${iso.replace("T", " ").replace(/(\.\d{3})\d*/, "$1").replace("Z", "")} UTC`;
}

export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

export function small(text: string): string {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}
