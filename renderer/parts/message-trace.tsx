/** One message's way as a line from top to bottom: received, allowed by, each rule, each action. */
import { Drawer } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toPlainError } from '../../preload/errors.ts';
import type { MessageTrace as Trace, TraceAnswer, TracedRule } from '../../preload/shapes-trace.ts';
import { usePage } from '../state/route.ts';
import { call } from '../state/window-app.ts';
import { useFormat } from '../text/use-format.ts';
import { EmptyState } from './empty-state.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { FailureNotice } from './failure-notice.tsx';
import styles from './message-trace.module.css';
import { ObjectLink } from './object-link.tsx';

/** While the message is still on its way. */
const LOOK_AGAIN_MS = 1_000;

type MessageTraceProps = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Epoch milliseconds of its arrival in the window. */
  readonly at: number;
  readonly onClose: () => void;
};

export function MessageTrace({ topic, payload, at, onClose }: MessageTraceProps) {
  const { t } = useTranslation();
  const { data, error, isPending } = useQuery({
    queryKey: ['trace.message', topic, at],
    queryFn: () => call('trace.message', { topic, payload: base64Of(payload), at }),
    gcTime: 0,
    refetchInterval: ({ state }) => (isOver(state.data) ? false : LOOK_AGAIN_MS),
  });
  return (
    <Drawer
      opened
      onClose={onClose}
      size={460}
      title={t('trace.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {isPending && <p role="status">{t('trace.loading')}</p>}
      {error !== null && <ErrorNotice error={toPlainError(error)} />}
      {data !== undefined && !data.isTold && <EmptyState small title={t('trace.notTold')} />}
      {data?.isTold === true && data.trace === null && (
        <EmptyState small title={t('trace.gone')}>
          {t('trace.goneText')}
        </EmptyState>
      )}
      {data?.trace !== undefined && data.trace !== null && <Way trace={data.trace} />}
    </Drawer>
  );
}

/** Whether nothing of the answer will change any more. */
function isOver(answer: TraceAnswer | undefined): boolean {
  if (answer === undefined) return false;
  if (!answer.isTold) return true;
  return (
    answer.trace !== null &&
    answer.trace.rules.every(({ actions }) => actions.every(({ state }) => state === 'delivered' || state === 'failed'))
  );
}

function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** From receipt to the last action. */
export function Way({ trace }: { readonly trace: Trace }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { clientId, topic, bytes, sequence, allowedBy, rules, furtherRules } = trace;
  return (
    <ol className={styles['way']} aria-label={t('trace.title')}>
      <Stop state="done" title={`${t('trace.received')} · ${format.clock(trace.at)}`}>
        {t('trace.receivedText', {
          client: clientId ?? t('trace.notMqtt'),
          topic,
          size: format.bytes(bytes),
          sequence: String(sequence),
        })}
      </Stop>
      <Stop state="done" title={t('trace.allowed')}>
        {allowedBy ?? t(clientId === null ? 'trace.allowedNotMqtt' : 'trace.allowedUnknown')}
      </Stop>
      {rules.length === 0 && (
        <Stop state="waiting" title={t('trace.noRule')}>
          {t('trace.noRuleText')}
        </Stop>
      )}
      {rules.map((rule) => (
        <RuleStops key={rule.name} rule={rule} />
      ))}
      {furtherRules > 0 && (
        <Stop state="waiting" title={t('trace.furtherRules', { amount: format.integer(furtherRules) })}>
          {t('trace.furtherRulesText')}
        </Stop>
      )}
    </ol>
  );
}

function RuleStops({ rule: { name, sql, outcome, reason, cause, output, actions } }: { readonly rule: TracedRule }) {
  const { t } = useTranslation();
  return (
    <>
      <Stop
        state={outcome === 'passed' ? 'done' : outcome === 'filtered' ? 'waiting' : 'failed'}
        title={t('trace.rule', { name })}
      >
        {t(`trace.outcome.${outcome}`)}
        {cause === null ? (
          reason !== null && <span className={styles['reason']}>{reason}</span>
        ) : (
          <FailureNotice cause={cause} resource={name} message={reason ?? ''} step={<ToRules />} />
        )}
        <code className={styles['sql']}>{sql}</code>
        {output !== null && (
          <>
            {t('trace.output')}
            <code className={styles['sql']}>{output}</code>
          </>
        )}
      </Stop>
      {outcome === 'passed' && actions.length === 0 && (
        <Stop isInner state="waiting" title={t('trace.noAction')}>
          {t('trace.noActionText')}
        </Stop>
      )}
      {actions.map(({ kind, target, isErrorAction, state, error, cause: why, object }, index) => (
        <Stop
          key={index}
          isInner
          state={state === 'failed' || state === 'waiting' ? state : 'done'}
          title={t(isErrorAction ? 'trace.errorAction' : 'trace.action', { kind: t(`rules.kind.${kind}`), target })}
        >
          {t(`trace.state.${state === 'delivered' && object === null ? 'done' : state}`)}
          {why !== null && <FailureNotice cause={why} resource={target} message={error ?? ''} step={<ToRules />} />}
          {object !== null && (
            <span className={styles['sql']}>
              <ObjectLink bucket={object.bucket} objectKey={object.key} />
            </span>
          )}
        </Stop>
      ))}
    </>
  );
}

/** Where the rule is mended; nothing on that page itself. */
function ToRules() {
  const { t } = useTranslation();
  return usePage() === 'rules' ? null : <a href="#rules">{t('failure.toRules')}</a>;
}

type StopProps = {
  readonly state: 'done' | 'waiting' | 'failed';
  readonly title: string;
  readonly isInner?: boolean;
  readonly children: ReactNode;
};

function Stop({ state, title, isInner = false, children }: StopProps) {
  return (
    <li className={styles['stop']} data-state={state} data-inner={isInner || undefined}>
      <strong>{title}</strong>
      <div className={styles['words']}>{children}</div>
    </li>
  );
}
