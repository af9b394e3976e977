/** Rail, top bar, banners and the drop zone around every page; the window-wide keys. */
import { useHotkeys } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { goTo, PAGES, type PageName } from '../state/route.ts';
import { Banners } from './banners.tsx';
import { CommandPalette } from './command-palette.tsx';
import { DropZone } from './drop-zone.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { TopBar } from './top-bar.tsx';

export function Shell({ page, children }: { readonly page: PageName; readonly children: ReactNode }) {
  useHotkeys(
    PAGES.map((name, index) => [`mod+${index + 1}`, () => goTo(name)]),
    [],
    true,
  );
  return (
    <DropZone>
      <div className={styles['shell']}>
        <Rail page={page} />
        <div className={styles['right']}>
          <TopBar />
          <Banners />
          <main className={styles['main']}>
            <PageBoundary key={page}>{children}</PageBoundary>
          </main>
        </div>
      </div>
      <CommandPalette />
    </DropZone>
  );
}
