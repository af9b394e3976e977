/** The left rail: the mark and the pages that exist. */
import { spotlight } from '@mantine/spotlight';
import { useTranslation } from 'react-i18next';
import { Contours, Mark } from '../parts/contours.tsx';
import { Icon } from '../parts/icon.tsx';
import { PAGES, type PageName } from '../state/route.ts';
import styles from './rail.module.css';

const MODIFIER = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl';

export function Rail({ page }: { readonly page: PageName }) {
  const { t } = useTranslation();
  return (
    <div className={styles['rail']}>
      <div className={styles['head']}>
        <Contours className={styles['contours']} />
        <Mark />
        <span className={styles['name']}>Isobar</span>
      </div>
      <nav aria-label={t('shell.pages')}>
        <ul className={styles['pages']}>
          {PAGES.map((name, index) => (
            <li key={name}>
              <a
                className={styles['page']}
                href={`#${name}`}
                draggable={false}
                aria-current={page === name ? 'page' : undefined}
                aria-keyshortcuts={`Control+${index + 1}`}
              >
                <Icon name={name} />
                <span>{t(`shell.${name}`)}</span>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <button type="button" className={styles['commands']} onClick={() => spotlight.open()}>
        <Icon name="search" size={14} />
        <span>{t('shell.commands')}</span>
        <kbd aria-hidden="true">{MODIFIER} K</kbd>
      </button>
    </div>
  );
}
