/** Isobars of a made-up pressure field, by marching squares: lines that, as on a real chart, never cross. */

/** Size of the drawing; centres and paths are in its units. */
export const FIELD = { width: 640, height: 260 } as const;

const CELL = 4;
/** hPa between two lines. */
const STEP = 2.8;

/** Depth in hPa, width and height in drawing units. */
const CENTRES = [
  { x: 150, y: 150, depth: -23, width: 92, height: 70 },
  { x: 262, y: 36, depth: -10, width: 66, height: 46 },
  { x: 486, y: 108, depth: 20, width: 120, height: 74 },
  { x: 602, y: 262, depth: -12, width: 84, height: 60 },
] as const;

type Corner = { readonly x: number; readonly y: number; readonly pressure: number };

function cornerAt(x: number, y: number): Corner {
  const slope = 0.012 * x - 0.02 * y;
  const pressure = CENTRES.reduce(
    (sum, centre) =>
      sum + centre.depth * Math.exp(-(((x - centre.x) / centre.width) ** 2) - ((y - centre.y) / centre.height) ** 2),
    slope,
  );
  return { x, y, pressure };
}

/** Where the level crosses the edge between two corners; null where it does not. */
function crossing(a: Corner, b: Corner, level: number): string | null {
  if (a.pressure < level === b.pressure < level) return null;
  const share = (level - a.pressure) / (b.pressure - a.pressure);
  return `${(a.x + share * (b.x - a.x)).toFixed(1)} ${(a.y + share * (b.y - a.y)).toFixed(1)}`;
}

function segmentsOf(corners: readonly Corner[]): string {
  const pressures = corners.map(({ pressure }) => pressure);
  let path = '';
  for (let level = Math.ceil(Math.min(...pressures) / STEP) * STEP; level < Math.max(...pressures); level += STEP) {
    const [from, to] = corners.flatMap((corner, side) => {
      const next = corners[(side + 1) % corners.length];
      return next === undefined ? [] : (crossing(corner, next, level) ?? []);
    });
    if (from !== undefined && to !== undefined) path += `M${from}L${to}`;
  }
  return path;
}

type Chart = {
  /** All isobars as one SVG path. */
  readonly path: string;
  readonly low: { readonly x: number; readonly y: number };
  readonly high: { readonly x: number; readonly y: number };
};

export function drawChart(): Chart {
  const columns = FIELD.width / CELL + 1;
  const rows = FIELD.height / CELL + 1;
  const grid = Array.from({ length: columns }, (_, x) =>
    Array.from({ length: rows }, (_unused, y) => cornerAt(x * CELL, y * CELL)),
  );
  const all = grid.flat();
  const path = grid
    .slice(0, -1)
    .flatMap((column, x) =>
      column.slice(0, -1).map((corner, y) => {
        const next = grid[x + 1];
        return segmentsOf([corner, next?.[y], next?.[y + 1], column[y + 1]].filter((found) => found !== undefined));
      }),
    )
    .join('');
  return {
    path,
    low: all.reduce((best, corner) => (corner.pressure < best.pressure ? corner : best)),
    high: all.reduce((best, corner) => (corner.pressure > best.pressure ? corner : best)),
  };
}
