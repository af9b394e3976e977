/** Which page is open: the hash of the address, so that links, back and keys agree. */
import { useSyncExternalStore } from 'react';

export const PAGES = ['stations', 'topics', 'rules', 'lake', 'query', 'settings'] as const;

export type PageName = (typeof PAGES)[number];

function current(): PageName {
  const hash = window.location.hash.slice(1);
  return PAGES.find((page) => page === hash) ?? 'stations';
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function usePage(): PageName {
  return useSyncExternalStore(subscribe, current);
}

export function goTo(page: PageName): void {
  window.location.hash = page;
}
