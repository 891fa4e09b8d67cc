// A part of a picture, as the settings rot and roi have it. Here always in percent of the picture, to a tenth;
// null is the whole picture. As src/domain/zone.h. Pure functions.

export interface Zone {
  left: number;
  top: number;
  width: number;
  height: number;
}

export type Edge = "left" | "top" | "right" | "bottom";

export const kLeast = 1; // percent: the smallest width and height that can be drawn

const tenth = (value: number) => Math.round(value * 10) / 10;
const between = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

// Inside the picture, at least kLeast large, to a tenth.
export function fitted(zone: Zone): Zone {
  const width = tenth(between(zone.width, kLeast, 100));
  const height = tenth(between(zone.height, kLeast, 100));
  return {
    left: tenth(between(zone.left, 0, 100 - width)),
    top: tenth(between(zone.top, 0, 100 - height)),
    width,
    height,
  };
}

// WxH+X+Y in pixels of a picture of this size, or in percent. null: the whole picture, or no zone at all.
export function parse_zone(text: string, width: number, height: number): Zone | null {
  const found = /^\s*([\d.]+)(%?)x([\d.]+)(%?)\+([\d.]+)(%?)\+([\d.]+)(%?)\s*$/.exec(text);
  if (!found) return null;
  const percent = found[2] === "%";
  const part = (at: number, whole: number) => {
    const value = Number(found[at]);
    return percent ? value : whole > 0 ? (value * 100) / whole : 0;
  };
  const zone = {width: part(1, width), height: part(3, height), left: part(5, width), top: part(7, height)};
  if (!(zone.width > 0 && zone.height > 0)) return null;
  // What reaches out of the picture is cut, not moved.
  const left = between(zone.left, 0, 100 - kLeast);
  const top = between(zone.top, 0, 100 - kLeast);
  return fitted({
    left,
    top,
    width: Math.min(zone.left + zone.width, 100) - left,
    height: Math.min(zone.top + zone.height, 100) - top,
  });
}

export function is_whole(zone: Zone | null): boolean {
  return zone === null || (zone.width >= 100 && zone.height >= 100);
}

// As the settings file has it.
export function zone_value(zone: Zone | null): string {
  if (zone === null || is_whole(zone)) return '""';
  return `${zone.width}%x${zone.height}%+${zone.left}%+${zone.top}%`;
}

export function moved(zone: Zone, by_x: number, by_y: number): Zone {
  return fitted({...zone, left: zone.left + by_x, top: zone.top + by_y});
}

export function edge_at(zone: Zone, edge: Edge): number {
  switch (edge) {
    case "left":
      return zone.left;
    case "top":
      return zone.top;
    case "right":
      return tenth(zone.left + zone.width);
    case "bottom":
      return tenth(zone.top + zone.height);
  }
}

// The opposite edge stays.
export function with_edge(zone: Zone, edge: Edge, at: number): Zone {
  const right = zone.left + zone.width;
  const bottom = zone.top + zone.height;
  switch (edge) {
    case "left": {
      const left = tenth(between(at, 0, right - kLeast));
      return fitted({...zone, left, width: right - left});
    }
    case "top": {
      const top = tenth(between(at, 0, bottom - kLeast));
      return fitted({...zone, top, height: bottom - top});
    }
    case "right":
      return fitted({...zone, width: between(at, zone.left + kLeast, 100) - zone.left});
    case "bottom":
      return fitted({...zone, height: between(at, zone.top + kLeast, 100) - zone.top});
  }
}

// Between two points.
export function spanned(x1: number, y1: number, x2: number, y2: number): Zone {
  const left = between(Math.min(x1, x2), 0, 100 - kLeast);
  const top = between(Math.min(y1, y2), 0, 100 - kLeast);
  return fitted({
    left,
    top,
    width: between(Math.max(x1, x2), 0, 100) - left,
    height: between(Math.max(y1, y2), 0, 100) - top,
  });
}

// As typed into the field of this name: what does not fit makes the zone smaller, it does not move it.
export function with_field(zone: Zone | null, field: keyof Zone, value: number): Zone {
  const from = zone ?? {left: 0, top: 0, width: 100, height: 100};
  const changed = {...from, [field]: value};
  const left = between(changed.left, 0, 100 - kLeast);
  const top = between(changed.top, 0, 100 - kLeast);
  return fitted({left, top, width: Math.min(changed.width, 100 - left), height: Math.min(changed.height, 100 - top)});
}

export type Grip = "new" | "move" | {x: "left" | "right" | null; y: "top" | "bottom" | null};

// What a pointer at this place (percent) takes hold of; reach is how near an edge counts, in percent.
export function grip_at(zone: Zone | null, x: number, y: number, reach_x: number, reach_y: number): Grip {
  if (zone === null || is_whole(zone)) return "new";
  const right = zone.left + zone.width;
  const bottom = zone.top + zone.height;
  if (x < zone.left - reach_x || x > right + reach_x || y < zone.top - reach_y || y > bottom + reach_y) return "new";
  const near = (a: number, b: number, reach: number) => Math.abs(a - b) <= reach;
  const at_x = near(x, right, reach_x) ? "right" : near(x, zone.left, reach_x) ? "left" : null;
  const at_y = near(y, bottom, reach_y) ? "bottom" : near(y, zone.top, reach_y) ? "top" : null;
  return at_x === null && at_y === null ? "move" : {x: at_x, y: at_y};
}

// The lines to write at the camera in the settings file.
export function setting_lines(rot: Zone | null, roi: Zone | null, min_size: number, min_now: number): string {
  const lines = [`rot: ${zone_value(rot)}`, `roi: ${zone_value(roi)}`];
  if (min_size !== min_now) lines.push(`filter_min_size: ${min_size}`);
  return lines.join("\n");
}
