/** Settings: how the window looks and speaks, what is sent, how other programs connect, and what is installed. */
import { SegmentedControl, Switch } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyError } from '../../state/notices.tsx';
import { changeSettings, useSettings } from '../../state/settings.ts';
import page from '../page.module.css';
import { About } from './about.tsx';
import { Certificates } from './certificates.tsx';
import { Connection } from './connection.tsx';
import { MadeList } from './made-list.tsx';
import styles from './settings-page.module.css';

const THEMES = ['system', 'light', 'dark'] as const;
const LANGUAGES = ['system', 'en', 'fr'] as const;

export function SettingsPage() {
  const { t } = useTranslation();
  const settings = useSettings((state) => state.settings);
  const change = (to: Parameters<typeof changeSettings>[0]) => {
    changeSettings(to).catch(notifyError);
  };
  return (
    <>
      <div className={page['toolbar']}>
        <h1 className={page['title']}>{t('settings.title')}</h1>
      </div>
      <div className={styles['sections']}>
        <Section title={t('settings.appearance')}>
          <div className={styles['line']}>
            <span>{t('settings.theme')}</span>
            <SegmentedControl
              aria-label={t('settings.theme')}
              value={settings.theme}
              onChange={(value) => change({ theme: THEMES.find((theme) => theme === value) ?? 'system' })}
              data={THEMES.map((theme) => ({ value: theme, label: t(`settings.${theme}`) }))}
            />
          </div>
          <div className={styles['line']}>
            <span>{t('settings.language')}</span>
            <SegmentedControl
              aria-label={t('settings.language')}
              value={settings.language}
              onChange={(value) => change({ language: LANGUAGES.find((language) => language === value) ?? 'system' })}
              data={[
                { value: 'system', label: t('settings.system') },
                { value: 'en', label: t('settings.english') },
                { value: 'fr', label: t('settings.french') },
              ]}
            />
          </div>
        </Section>
        <Section title={t('settings.messages')}>
          <Switch
            checked={settings.finalNewline}
            onChange={(event) => change({ finalNewline: event.currentTarget.checked })}
            label={t('settings.finalNewline')}
            description={t('settings.finalNewlineText')}
          />
          <Switch
            checked={settings.awsQuotas}
            onChange={(event) => change({ awsQuotas: event.currentTarget.checked })}
            label={t('settings.awsQuotas')}
            description={t('settings.awsQuotasText')}
          />
        </Section>
        <Section title={t('settings.connection')}>
          <Connection />
        </Section>
        <Section title={t('made.title')}>
          <MadeList />
        </Section>
        <Section title={t('certificates.section')}>
          <Certificates />
        </Section>
        <Section title={t('settings.about')}>
          <About />
        </Section>
      </div>
    </>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles['section']} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={styles['content']}>{children}</div>
    </section>
  );
}
