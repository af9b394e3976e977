/** What another program needs to reach the target; the key pair goes to the clipboard by way of main, never through this page. */
import { useTranslation } from 'react-i18next';
import { Button } from '../../parts/button.tsx';
import { useLive } from '../../state/live.ts';
import { notifyDone, notifyError } from '../../state/notices.tsx';
import { call } from '../../state/window-app.ts';
import { MISSING } from '../../text/format.ts';
import type { TargetInfo } from '../../../preload/shapes.ts';
import styles from './settings-page.module.css';

const SDK_PORT = 443;

export function Connection() {
  const { t } = useTranslation();
  const target = useLive(({ health }) => health?.target ?? null);
  if (target === null) return <p>{t('settings.noTarget')}</p>;
  const copy = (shell: 'posix' | 'powershell') => {
    call('target.copyEnvironment', { shell }).then(
      () => notifyDone(t('settings.copiedEnvironment'), t('settings.copiedEnvironmentText')),
      notifyError,
    );
  };
  return (
    <>
      {target.kind === 'lab' && <p>{t('settings.connectionText')}</p>}
      <dl className={styles['facts']}>
        <dt>{t('settings.endpoint')}</dt>
        <dd>{target.endpoint ?? MISSING}</dd>
        <dt>{t('settings.region')}</dt>
        <dd>{target.region}</dd>
        <dt>{t('settings.account')}</dt>
        <dd>{target.account}</dd>
        <dt>{t('settings.mqttHost')}</dt>
        <dd>{target.mqttHost}</dd>
        <dt>{t('settings.mqttPort')}</dt>
        <dd>{target.mqttPort}</dd>
        <dt>{t('settings.ca')}</dt>
        <dd>{target.caFile ?? MISSING}</dd>
        <dt>{t('settings.devicePort')}</dt>
        <dd>{t(devicePortAdvice(target), { mqttPort: target.mqttPort, alpnPort: target.alpnPort })}</dd>
      </dl>
      <div className={styles['buttons']} role="group" aria-label={t('settings.environment')}>
        <Button small icon="copy" onClick={() => copy('posix')}>
          {t('settings.copyPosix')}
        </Button>
        <Button small icon="copy" onClick={() => copy('powershell')}>
          {t('settings.copyPowershell')}
        </Button>
      </div>
    </>
  );
}

/** Which sentence says what port a device's script must pass: by themselves the SDKs choose 443. */
function devicePortAdvice({ alpnPort }: TargetInfo) {
  if (alpnPort === null) return 'settings.devicePortNeeded';
  return alpnPort === SDK_PORT ? 'settings.devicePortNone' : 'settings.devicePortOther';
}
