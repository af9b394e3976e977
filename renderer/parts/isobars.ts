/** Isobars of a made-up pressure field, by marching squares: lines that, as on a real chart, never cross. */

/** Size of the drawing; the field's centres and the paths are in its units. */
export const FIELD = { width: 640, height: 260 } as const;

const CELL = 8;
const LEVELS = 17;

/** Depth in hPa, width and height in drawing units. */
const CENTRES = [
  { x: 150, y: 150, depth: -23, width: 92, height: 70 },
  { x: 262, y: 36, depth: -10, width: 66, height: 46 },
  { x: 486, y: 108, depth: 20, width: 120, height: 74 },
  { x: 602, y: 262, depth: -12, width: 84, height: 60 },
] as const;

export const LOW = CENTRES[0];
export const HIGH = CENTRES[2];

function pressureAt(x: number, y: number): number {
  const slope = 0.012 * x - 0.02 * y;
  return CENTRES.reduce(
    (sum, centre) =>
      sum + centre.depth * Math.exp(-(((x - centre.x) / centre.width) ** 2) - ((y - centre.y) / centre.height) ** 2),
    slope,
  );
}

type Corner = { readonly x: number; readonly y: number; readonly value: number };

/** Where the level crosses the edge between two corners; null where it does not. */
function crossing(a: Corner, b: Corner, level: number): string | null {
  if (a.value < level === b.value < level) return null;
  const share = (level - a.value) / (b.value - a.value);
  return `${(a.x + share * (b.x - a.x)).toFixed(1)} ${(a.y + share * (b.y - a.y)).toFixed(1)}`;
}

function cornerAt(x: number, y: number): Corner {
  return { x, y, value: pressureAt(x, y) };
}

/** One SVG path for each level, lowest pressure first. */
export function isobarPaths(): readonly string[] {
  const least = -24;
  const step = 48 / LEVELS;
  const paths = Array.from({ length: LEVELS }, () => '');
  for (let x = 0; x < FIELD.width; x += CELL) {
    for (let y = 0; y < FIELD.height; y += CELL) {
      const corners = [cornerAt(x, y), cornerAt(x + CELL, y), cornerAt(x + CELL, y + CELL), cornerAt(x, y + CELL)];
      for (let index = 0; index < LEVELS; index += 1) {
        const level = least + index * step;
        const points = corners.flatMap((corner, side) => {
          const next = corners[(side + 1) % 4];
          return next === undefined ? [] : (crossing(corner, next, level) ?? []);
        });
        const [from, to] = points;
        if (from !== undefined && to !== undefined) paths[index] = `${paths[index] ?? ''}M${from}L${to}`;
      }
    }
  }
  return paths.filter((path) => path !== '');
}
