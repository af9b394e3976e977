/** What the Topics page remembers over a restart, in the window's own storage: filters, templates, column widths. Payloads only where a person saves them. */
import { create } from 'zustand';

export type Draft = {
  readonly topic: string;
  readonly payload: string;
  readonly encoding: 'text' | 'hex';
  readonly qos: 0 | 1;
  readonly retain: boolean;
};

export type Template = Draft & { readonly name: string };

type Memory = {
  readonly recent: readonly string[];
  readonly favourites: readonly string[];
  readonly templates: readonly Template[];
  /** Pixels of the columns time, topic, QoS and size. */
  readonly columns: readonly number[];
};

const KEY = 'isobar.topics';
const MOST_RECENT = 12;
const MOST_FAVOURITES = 40;
const MOST_TEMPLATES = 40;
const LONGEST_PAYLOAD = 131_072;
const FIRST_COLUMNS: readonly number[] = [104, 230, 44, 70];

const FIRST: Memory = { recent: [], favourites: [], templates: [], columns: FIRST_COLUMNS };

export const useTopicMemory = create<Memory>()(() => read());

function keep(change: Partial<Memory>): void {
  useTopicMemory.setState(change);
  localStorage.setItem(KEY, JSON.stringify(useTopicMemory.getState()));
}

export function rememberFilter(filter: string): void {
  const { recent } = useTopicMemory.getState();
  keep({ recent: [filter, ...recent.filter((known) => known !== filter)].slice(0, MOST_RECENT) });
}

export function toggleFavourite(filter: string): void {
  const { favourites } = useTopicMemory.getState();
  const isOne = favourites.includes(filter);
  keep({
    favourites: isOne
      ? favourites.filter((known) => known !== filter)
      : [...favourites, filter].slice(-MOST_FAVOURITES),
  });
}

/** Under a name that is there already it takes its place. */
export function saveTemplate(template: Template): void {
  const { templates } = useTopicMemory.getState();
  const others = templates.filter(({ name }) => name !== template.name);
  keep({ templates: [...others, template].slice(-MOST_TEMPLATES) });
}

export function removeTemplate(name: string): void {
  keep({ templates: useTopicMemory.getState().templates.filter((template) => template.name !== name) });
}

export function setColumns(columns: readonly number[]): void {
  keep({ columns });
}

function read(): Memory {
  if (typeof localStorage === 'undefined') return FIRST;
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return FIRST;
    const columns = 'columns' in kept && Array.isArray(kept.columns) ? kept.columns.filter(isWidth) : [];
    return {
      recent: texts('recent' in kept ? kept.recent : []).slice(0, MOST_RECENT),
      favourites: texts('favourites' in kept ? kept.favourites : []).slice(0, MOST_FAVOURITES),
      templates:
        'templates' in kept && Array.isArray(kept.templates)
          ? kept.templates.filter(isTemplate).slice(0, MOST_TEMPLATES)
          : [],
      columns: columns.length === FIRST_COLUMNS.length ? columns : FIRST_COLUMNS,
    };
  } catch {
    // A damaged entry is worth nothing; the next change writes a new one.
    return FIRST;
  }
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function isWidth(value: unknown): value is number {
  return typeof value === 'number' && value >= 30 && value <= 1_200;
}

function isTemplate(value: unknown): value is Template {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string, check: (value: unknown) => boolean) => check(Reflect.get(value, name));
  const isText = (text: unknown) => typeof text === 'string' && text.length <= LONGEST_PAYLOAD;
  return (
    has('name', isText) &&
    has('topic', isText) &&
    has('payload', isText) &&
    has('encoding', (encoding) => encoding === 'text' || encoding === 'hex') &&
    has('qos', (qos) => qos === 0 || qos === 1) &&
    has('retain', (retain) => typeof retain === 'boolean')
  );
}
