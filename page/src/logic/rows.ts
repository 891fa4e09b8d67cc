// Of which points a chart's table has rows: the newest, and at most so many at equal steps before it.
export function rows_of(times: number[], most = 12): number[] {
  const step = Math.max(1, Math.ceil(times.length / most));
  const rows: number[] = [];
  for (let i = times.length - 1; i >= 0; i -= step) rows.push(i);
  return rows;
}
