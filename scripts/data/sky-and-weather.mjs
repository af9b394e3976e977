/** What the sky shows in a regime: precipitation, obscured sight, cloud layers, and NOAA's codes for them. */

/** AW codes of rain, snow and so on by strength: slight, moderate, heavy. AU uses the same three steps. */
const STEPS = {
  drizzle: [51, 52, 53],
  rain: [61, 62, 63],
  freezingRain: [64, 65, 66],
  sleet: [67, 68, 68],
  snow: [71, 72, 73],
  rainShowers: [81, 82, 83],
  snowShowers: [85, 86, 87],
  thunder: [92, 92, 95],
};
const AU_PRECIPITATION = {
  drizzle: '01',
  rain: '02',
  freezingRain: '02',
  sleet: '03',
  snow: '03',
  rainShowers: '02',
  snowShowers: '03',
  thunder: '02',
};
const AU_DESCRIPTOR = { freezingRain: 8, rainShowers: 6, snowShowers: 6 };

/** How likely it is that an hour of the regime is wet, and its mean millimetres then. */
const WET = {
  frontal: { chance: 0.72, depth: 1.1 },
  showers: { chance: 0.5, depth: 1.4 },
  storm: { chance: 0.85, depth: 4.5 },
  cloudy: { chance: 0.06, depth: 0.25 },
  blizzard: { chance: 0.85, depth: 0.7 },
};

function kindOf(regime, depth, temperature, random) {
  const isShower = regime === 'showers';
  if (temperature < -1) return isShower ? 'snowShowers' : 'snow';
  if (temperature < 0.3) return random() < 0.12 ? 'freezingRain' : 'snow';
  if (temperature < 2) return 'sleet';
  if (regime === 'storm') return 'thunder';
  if (isShower) return 'rainShowers';
  return depth < 0.4 ? 'drizzle' : 'rain';
}

/** Millimetres in the hour and its kind; null when it is dry. */
export function precipitation(regime, climate, temperature, random) {
  const wet = WET[regime];
  if (wet === undefined || random() > wet.chance) return null;
  // Cold air holds little water; the exponential gives many light hours and a few heavy ones.
  const cold = temperature < 0 ? 0.45 : 1;
  const depth = Math.min(90, -Math.log(1 - random()) * wet.depth * climate.rain * cold);
  const strength = depth < 1 ? 0 : depth < 4 ? 1 : 2;
  return { kind: kindOf(regime, depth, temperature, random), depth, strength };
}

/** What takes the sight, if anything: fog, mist, dust, haze, drifting snow, diamond dust. */
function obscuration(regime, { temperature, depression, speed, wet }, random) {
  if (regime === 'blizzard' && speed > 9) return 'blowingSnow';
  if (regime === 'dust' && speed > 7) return 'dust';
  if (depression <= 0.5 && speed < 4 && (regime === 'fog' || random() < 0.25)) return 'fog';
  if (depression <= 1.3 && wet === null && speed < 6 && random() < 0.7) return 'mist';
  if (wet !== null) return null;
  if (regime === 'clear' && temperature < -22 && random() < 0.3) return 'diamondDust';
  if ((regime === 'clear' || regime === 'dust') && depression > 14 && random() < 0.12) return 'haze';
  return null;
}

const between = (random, low, high) => low + (high - low) * random();

/** Metres, in the steps of a weather report. */
function visibilityOf(kind, wet, random) {
  let metres = 16_000;
  if (kind === 'fog') metres = between(random, 60, 950);
  else if (kind === 'blowingSnow') metres = between(random, 150, 2400);
  else if (kind === 'dust') metres = between(random, 400, 4500);
  else if (kind === 'mist') metres = between(random, 1100, 4900);
  else if (kind === 'haze' || kind === 'diamondDust') metres = between(random, 3500, 8000);
  if (wet !== null) {
    const thickness = wet.kind.startsWith('snow') || wet.kind === 'sleet' ? 5 : 0.6;
    metres = Math.min(metres, (between(random, 0.8, 1.2) * 14_000) / (1 + thickness * wet.depth));
  }
  const step = metres < 800 ? 50 : metres < 5000 ? 100 : 1000;
  // Rounded down, so that fog stays below a kilometre and mist above it.
  return Math.max(50, Math.floor(metres / step) * step);
}

/** AW and AU codes of this hour: what falls first, then what takes the sight, then what ended within the hour. */
function codesOf(kind, wet, previousWet, visibility, temperature, random) {
  const aw = [];
  const au = [];
  if (wet !== null) {
    aw.push(STEPS[wet.kind][wet.strength]);
    const strength = wet.strength + 1;
    if (wet.kind === 'thunder') {
      au.push('0,7,00,0,0,2', `${strength},0,02,0,0,3`);
    } else {
      au.push(`${strength},${AU_DESCRIPTOR[wet.kind] ?? 0},${AU_PRECIPITATION[wet.kind]},0,0,1`);
    }
  }
  if (kind === 'fog') {
    aw.push(temperature < -2 ? 35 : [30, 32, 33, 34][Math.floor(random() * 4)]);
    au.push(`0,${temperature < 0 ? 8 : 0},00,2,0,1`);
  } else if (kind === 'mist') {
    aw.push(10);
    au.push('0,0,00,1,0,1');
  } else if (kind === 'haze') {
    aw.push(4);
    au.push('0,0,00,7,0,1');
  } else if (kind === 'dust') {
    aw.push(visibility < 1000 ? 29 : 7);
    au.push(visibility < 1000 ? '3,0,00,0,5,1' : '0,5,00,5,0,1');
  } else if (kind === 'blowingSnow') {
    aw.push(visibility < 1000 ? 29 : 28);
    au.push('0,5,03,0,0,1');
  } else if (kind === 'diamondDust') {
    aw.push(11);
    au.push('0,0,05,0,0,1');
  }
  if (wet === null && previousWet !== null && aw.length === 0) {
    const isSnow = previousWet.kind.startsWith('snow');
    aw.push(previousWet.kind === 'thunder' ? 26 : isSnow ? 24 : previousWet.kind === 'drizzle' ? 22 : 23);
  }
  return { aw, au };
}

/** Layers from low to high: oktas (9 = sky obscured), base in metres, NOAA's cloud type. */
function layersOf(regime, kind, visibility, depression, isDay, random) {
  const oktas = (low, high) => low + Math.floor(random() * (high - low + 1));
  const near = (metres, spread) => Math.round((metres * between(random, 1 - spread, 1 + spread)) / 30) * 30;
  // Rising air reaches its dew point 125 m higher for each degree between temperature and dew point.
  const lifted = Math.min(4500, Math.max(240, 125 * depression + 120));
  if (kind === 'fog') {
    return visibility < 400
      ? [{ oktas: 9, base: 60, type: 10 }]
      : [{ oktas: oktas(6, 8), base: near(110, 0.4), type: 7 }];
  }
  switch (regime) {
    case 'clear':
      return random() < 0.3 ? [{ oktas: oktas(1, 2), base: near(7600, 0.2), type: 0 }] : [];
    case 'dust':
      return visibility < 1000 ? [{ oktas: 9, base: 90, type: 10 }] : [];
    case 'fair': {
      const high = { oktas: oktas(1, 4), base: near(random() < 0.5 ? 7300 : 3600, 0.2), type: 0 };
      if (high.base < 5000) high.type = 3;
      return isDay ? [{ oktas: oktas(1, 3), base: near(lifted, 0.15), type: 8 }, high] : [high];
    }
    case 'showers':
      return [
        { oktas: oktas(2, 4), base: near(lifted + 200, 0.2), type: 8 },
        { oktas: oktas(4, 7), base: near(lifted + 500, 0.2), type: random() < 0.5 ? 12 : 9 },
        { oktas: oktas(3, 7), base: near(3900, 0.2), type: 3 },
      ];
    case 'storm':
      return [
        { oktas: oktas(3, 5), base: near(lifted + 150, 0.2), type: 15 },
        { oktas: oktas(5, 8), base: near(lifted + 600, 0.2), type: 9 },
        { oktas: 8, base: near(5800, 0.1), type: 2 },
      ];
    case 'frontal':
    case 'blizzard':
      return [
        { oktas: oktas(3, 5), base: near(280, 0.4), type: 13 },
        { oktas: oktas(7, 8), base: near(900, 0.3), type: 5 },
        ...(random() < 0.5 ? [{ oktas: 8, base: near(3000, 0.2), type: 4 }] : []),
      ];
    default:
      return [
        { oktas: oktas(5, 8), base: near(Math.min(lifted, 1400), 0.3), type: random() < 0.7 ? 6 : 7 },
        ...(random() < 0.4 ? [{ oktas: oktas(5, 8), base: near(3300, 0.2), type: random() < 0.5 ? 3 : 4 }] : []),
      ];
  }
}

/** Everything the eye (or an automatic station's substitute for it) reports of one hour. */
export function observeSky(regime, hour, previousWet, random) {
  const kind = obscuration(regime, hour, random);
  const visibility = visibilityOf(kind, hour.wet, random);
  const { aw, au } = codesOf(kind, hour.wet, previousWet, visibility, hour.temperature, random);
  const layers = layersOf(regime, kind, visibility, hour.depression, hour.isDay, random).sort(
    (a, b) => a.base - b.base,
  );
  const lowest = layers.find((layer) => layer.oktas >= 5);
  const ceiling = lowest === undefined ? 22_000 : lowest.base;
  return { visibility, aw, au, layers, ceiling };
}
