/** @file Base: numbers with their units, as every screen and print shows them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 2542856 → '2,542,856'. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** A number in millions with the digits that matter: 56513280 → '56.51'. */
export function formatMillions(count: number, digits = 2): string {
  return (count / 1e6).toFixed(digits);
}

/** Milliseconds with three significant digits and no unit: 7.8231 → '7.82', 0.04412 → '0.044'. */
export function formatMs(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  if (ms >= 10) return ms.toFixed(1);
  if (ms >= 1) return ms.toFixed(2);
  return ms.toFixed(3);
}

/** A duration in words a person reads at a glance: '42 s', '3 min 20 s', '1 h 05 min'. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A share as percent without the sign: 0.9012 → '90.1'. */
export function formatPercent(share: number, digits = 1): string {
  return (share * 100).toFixed(digits);
}

/** A part of a whole as percent without the sign, with the digits that keep a part from looking like all or nothing: '99.98'. */
export function formatPart(part: number, whole: number): string {
  if (part === 0 || part === whole) return part === 0 ? '0' : '100';
  for (let digits = 1; ; digits++) {
    const text = formatPercent(part / whole, digits);
    if (digits === 6 || (Number(text) > 0 && Number(text) < 100)) return text;
  }
}

/** A map's shape: [14, 14, 40] → '14² × 40', non-square '14×10 × 40'. */
export function formatShape(shape: readonly [number, number, number]): string {
  const [height, width, channels] = shape;
  const side = height === width ? `${height}²` : `${height}×${width}`;
  return `${side} × ${formatCount(channels)}`;
}

/** Bytes with a decimal unit: 5250000 → '5.3 MB'. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** A signed number with a real minus sign; zero has no sign. */
export function formatSigned(value: number, text: (magnitude: number) => string): string {
  const magnitude = text(Math.abs(value));
  if (Number(magnitude.replaceAll(',', '')) === 0) return magnitude;
  return `${value < 0 ? '\u2212' : '+'}${magnitude}`;
}
