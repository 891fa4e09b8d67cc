// Which tile an arrow key leads to, in a grid of so many columns.
export function step_in_grid(key: string, at: number, count: number, columns: number): number {
  const steps: Record<string, number> = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns};
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  if (step === undefined) return -1;
  const to = at + step;
  return to < 0 || to >= count ? at : to;
}
