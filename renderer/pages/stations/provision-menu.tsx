/** The way into provisioning: two walks, and a chip that shows the job under way and reopens it. */
import { Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ProvisionJob } from '../../../preload/shapes-provisioning.ts';
import { Button } from '../../parts/button.tsx';
import { openWalk, useProvision } from '../../state/provision.ts';
import { useFormat } from '../../text/use-format.ts';
import { ProvisionMany } from './provision-many.tsx';
import { ProvisionSingle } from './provision-single.tsx';
import styles from './provision.module.css';

export function ProvisionMenu() {
  const { t } = useTranslation();
  const { job, open } = useProvision();
  const close = () => openWalk(null);
  return (
    <>
      {job !== null && <Chip job={job} />}
      <Menu position="bottom-end" shadow="md" width={330}>
        <Menu.Target>
          <Button icon="stations">{t('provision.menu')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => openWalk('single')}>
            <span className={styles['choice']}>{t('provision.single')}</span>
            <span className={styles['choiceHint']}>{t('provision.singleHint')}</span>
          </Menu.Item>
          <Menu.Item onClick={() => openWalk('many')}>
            <span className={styles['choice']}>{t('provision.many')}</span>
            <span className={styles['choiceHint']}>{t('provision.manyHint')}</span>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'single' && <ProvisionSingle onClose={close} />}
      {open === 'many' && <ProvisionMany job={job} onClose={close} />}
    </>
  );
}

function Chip({ job }: { readonly job: ProvisionJob }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (job.state === 'undone') return null;
  const total = format.integer(job.total);
  const words =
    job.state === 'undoing'
      ? t('provision.chipUndo', { removed: format.integer(job.removed), total: format.integer(job.toRemove) })
      : t('provision.chip', { done: format.integer(job.done), total });
  return (
    <button
      type="button"
      className={styles['chip']}
      data-tone={job.failed > 0 || job.error !== null ? 'fault' : 'live'}
      onClick={() => openWalk('many')}
    >
      {words}
    </button>
  );
}
