// A chart over time. Its caption says the same in words, and a table has the figures.

import {useEffect, useMemo, useRef} from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import {messages} from "../i18n";
import {dark} from "../state/theme";
import {moment_text} from "../logic/format";
import {rows_of} from "../logic/rows";

export interface Line {
  name: string;
  values: number[];
}

export interface ChartProps {
  title: string;
  times: number[]; // Unix seconds
  lines: Line[];
  limit?: number; // a level that must not be reached
  text: (value: number) => string;
  steps?: boolean; // whole numbers: the lines jump
  binary?: boolean; // bytes: round figures are those of powers of two
}

const kHeight = 140;
const kPowersOfTwo = Array.from({length: 44}, (_, i) => 2 ** i);

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axes(props: ChartProps): uPlot.Axis[] {
  const m = messages.peek();
  const common = {stroke: colour("--muted"), grid: {stroke: colour("--line"), width: 1}, ticks: {show: false}, font: "12px system-ui, sans-serif"};
  return [
    {...common, grid: {show: false}, space: 70, size: 26, values: (_, ticks, _axis, _space, step) => ticks.map((at) => moment_text(at * 1000, Date.now(), m, step < 60))},
    {...common, size: 66, space: 34, ...(props.binary ? {incrs: kPowersOfTwo} : {}), values: (_, ticks) => ticks.map((at) => (props.steps && at % 1 !== 0 ? "" : props.text(at)))},
  ];
}

function options(props: ChartProps, width: number): uPlot.Options {
  const stepped = uPlot.paths.stepped?.({align: 1});
  return {
    width,
    height: kHeight,
    legend: {show: false},
    cursor: {show: false},
    padding: [8, 26, 0, 0], // right: half of the last time's text
    scales: {
      x: {time: true},
      y: {range: (_, low, high) => [Math.min(0, low ?? 0), Math.max(high ?? 0, props.steps ? 2 : 1e-9) * 1.08]},
    },
    axes: axes(props),
    series: [
      {},
      ...props.lines.map((_, i) => ({
        stroke: colour(`--chart-${i + 1}`),
        width: 2,
        fill: i === 0 ? colour("--chart-fill") : "transparent",
        points: {show: false},
        ...(props.steps && stepped ? {paths: stepped} : {}),
      })),
      ...(props.limit ? [{stroke: colour("--error"), width: 1.5, dash: [6, 5], points: {show: false}}] : []),
    ],
  };
}

function data_of(props: ChartProps): uPlot.AlignedData {
  const lines = props.lines.map(({values}) => values);
  if (props.limit) lines.push(props.times.map(() => props.limit ?? 0));
  return [props.times, ...lines];
}

function Drawing(props: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const look = `${dark.value} ${messages.value.locale} ${props.lines.length} ${Boolean(props.limit)}`;
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const drawn = new uPlot(options(latest.current, element.clientWidth), data_of(latest.current), element);
    chart.current = drawn;
    const sizes = new ResizeObserver(() => drawn.setSize({width: element.clientWidth, height: kHeight}));
    sizes.observe(element);
    return () => {
      sizes.disconnect();
      drawn.destroy();
      chart.current = null;
    };
  }, [look]);
  useEffect(() => chart.current?.setData(data_of(props)), [props.times, props.lines]);
  return <div class="drawing" ref={frame} aria-hidden="true" />;
}

function Figures({title, times, lines, text}: ChartProps) {
  const m = messages.value;
  const rows = useMemo(() => rows_of(times), [times]);
  return (
    <details class="chart-table">
      <summary>
        {m.chart_table}
        <span class="unseen">: {title}</span>
      </summary>
      <table>
        <caption class="unseen">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{m.chart_time}</th>
            {lines.map(({name}) => (
              <th scope="col" class="number" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={i}>
              <th scope="row">{moment_text((times[i] ?? 0) * 1000, Date.now(), m)}</th>
              {lines.map(({name, values}) => (
                <td class="number" key={name}>
                  {text(values[i] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

export function Chart(props: ChartProps) {
  const m = messages.value;
  const {title, times, lines, text} = props;
  return (
    <figure class="chart card">
      <figcaption>
        <h3>{title}</h3>
        <ul class="chart-lines">
          {lines.map(({name, values}, i) => (
            <li key={name}>
              <span class={`key key-${i + 1}`} aria-hidden="true" />
              {times.length > 0 && m.chart_now(name, text(values[values.length - 1] ?? 0), text(values.reduce((most, value) => Math.max(most, value), 0)))}
            </li>
          ))}
        </ul>
      </figcaption>
      {times.length < 2 ? <p class="empty">{m.chart_empty}</p> : <Drawing {...props} />}
      {times.length >= 2 && <Figures {...props} />}
    </figure>
  );
}
