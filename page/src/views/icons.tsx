// Small pictures. A state's shape tells it also to those who do not see its colour.

import type {CameraLevel} from "../logic/cameras";

const kShapes: Record<CameraLevel, string> = {
  ok: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.500 14.300-4-4 1.600-1.600 2.400 2.400 5.400-5.400 1.600 1.600z",
  warning: "M12 2.500 23 21.500H1zM11 9v6h2V9zm0 7.600v2h2v-2z",
  error: "M7.900 2h8.200L22 7.900v8.200L16.100 22H7.900L2 16.100V7.900zM8.700 7.200 7.200 8.700l3.300 3.300-3.300 3.300 1.500 1.500 3.300-3.300 3.300 3.300 1.500-1.500-3.300-3.300 3.300-3.300-1.500-1.500-3.300 3.300z",
  starting: "M6 2h12v2.500c0 3-2 5-4 7.500 2 2.500 4 4.500 4 7.500V22H6v-2.500c0-3 2-5 4-7.500-2-2.500-4-4.500-4-7.500zm2.200 2.200c.2 1.800 1.800 3.300 3.800 6 2-2.700 3.600-4.200 3.800-6zM8.200 19.800h7.600c-.3-1.700-1.800-3.100-3.800-5.600-2 2.500-3.500 3.900-3.800 5.600z",
  off: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2.200a7.800 7.800 0 1 1 0 15.600 7.800 7.800 0 0 1 0-15.600zM7 11h10v2.200H7z",
};

export function Shape({level}: {level: CameraLevel}) {
  return (
    <svg class={`shape level-${level}`} viewBox="0 0 24 24" aria-hidden="true">
      <path fill-rule="evenodd" d={kShapes[level]} />
    </svg>
  );
}

const kGlyphs = {
  close: "M6 6l12 12M18 6L6 18",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500L21 21",
  no_camera: "M3 3l18 18M9.500 6H15a2 2 0 0 1 2 2v2l4-2.500v9.500M17 17.500a2 2 0 0 1-1 .5H5a2 2 0 0 1-2-2V8c0-.700.400-1.400 1-1.700",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  face: "M12 3c4 0 6.500 3 6.500 7.500S15.500 20 12 20s-6.500-5-6.500-9.500S8 3 12 3zM9.500 10v.5M14.500 10v.5M10 15c1.300.800 2.700.800 4 0",
};

export function Glyph({name}: {name: keyof typeof kGlyphs}) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
      <path d={kGlyphs[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M2.500 16C6.500 9 11 6.500 16 6.500S25.500 9 29.500 16C25.500 23 21 25.500 16 25.500S6.500 23 2.500 16z" fill="none" stroke="currentColor" stroke-width="2.600" stroke-linejoin="round" />
      <circle cx="16" cy="16" r="4.700" fill="currentColor" />
    </svg>
  );
}
