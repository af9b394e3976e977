/** Ctrl/Cmd-K: pages and the few actions that act on everything. */
import { Spotlight } from '@mantine/spotlight';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../parts/icon.tsx';
import { pauseAll, setUpPipeline, startAll } from '../state/fleet-actions.ts';
import { runQuery } from '../state/query.ts';
import { goTo, PAGES } from '../state/route.ts';

export function CommandPalette() {
  const { t } = useTranslation();
  const action = (id: string, icon: IconName, label: string, description: string, onClick: () => void) => ({
    id,
    label,
    description,
    leftSection: <Icon name={icon} />,
    onClick,
  });
  const actions = [
    action('start', 'play', t('shell.startAll'), t('shell.startAllHint'), startAll),
    action('pause', 'pause', t('shell.pauseAll'), t('shell.pauseAllHint'), pauseAll),
    action('setUp', 'lake', t('shell.setUp'), t('shell.lake'), () => {
      goTo('lake');
      setUpPipeline();
    }),
    action('run', 'query', t('shell.runQuery'), t('shell.query'), () => {
      goTo('query');
      runQuery();
    }),
    ...PAGES.map((page, index) =>
      action(page, page, t('shell.goTo', { page: t(`shell.${page}`) }), `Ctrl + ${index + 1}`, () => goTo(page)),
    ),
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      lockScroll={false}
      highlightQuery
      overlayProps={{ blur: 0 }}
      nothingFound={t('shell.noCommand')}
      searchProps={{
        leftSection: <Icon name="search" />,
        placeholder: t('shell.commandsHint'),
        'aria-label': t('shell.commandsHint'),
      }}
    />
  );
}
