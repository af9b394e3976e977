/** The settings of one action; a bucket or stream that does not exist yet is made right here. */
import { Autocomplete, NativeSelect, TextInput } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordSeparator, RuleActionForm } from '../../../preload/shapes-rules.ts';
import type { KeyAttribute } from '../../../preload/shapes-tables.ts';
import { Button } from '../../parts/button.tsx';
import { notifyDone, notifyError } from '../../state/notices.tsx';
import { endsWithNewline, useRules } from '../../state/rules.ts';
import { useSettings } from '../../state/settings.ts';
import { call } from '../../state/window-app.ts';
import styles from './rule-builder.module.css';
import { TemplatePreview } from './template-preview.tsx';

type ActionFieldsProps = {
  readonly action: RuleActionForm;
  /** The statement whose records the action gets. */
  readonly sql: string;
  readonly onChange: (action: RuleActionForm) => void;
};

const SEPARATORS: readonly RecordSeparator[] = ['\n', '\r\n', '\t', ',', ''];
const NONE: readonly string[] = [];

/** Athena reads one record a line: what stands between two of them must be one newline. */
function separatorRemark(separator: RecordSeparator, isEnded: boolean, t: TFunction): string | null {
  if (separator === '' && !isEnded) return t('rules.separatorMissing');
  return separator.endsWith('\n') && isEnded ? t('rules.separatorTwice') : null;
}

export function ActionFields({ action, sql, onChange }: ActionFieldsProps) {
  const { t } = useTranslation();
  const { finalNewline } = useSettings(({ settings }) => settings);
  switch (action.kind) {
    case 'firehose':
      return (
        <div className={styles['fields']}>
          <StreamField value={action.stream} onChange={(stream) => onChange({ ...action, stream })} />
          <NativeSelect
            label={t('rules.separator')}
            description={separatorRemark(action.separator, endsWithNewline(sql, finalNewline), t)}
            data={SEPARATORS.map((separator, index) => ({
              value: String(index),
              label: t(`rules.separators.${SEPARATOR_NAMES[separator]}`),
            }))}
            value={String(SEPARATORS.indexOf(action.separator))}
            onChange={(event) =>
              onChange({ ...action, separator: SEPARATORS[Number(event.currentTarget.value)] ?? '\n' })
            }
          />
        </div>
      );
    case 's3':
      return (
        <div className={styles['fields']}>
          <BucketField value={action.bucket} onChange={(bucket) => onChange({ ...action, bucket })} />
          <Field
            label={t('rules.key')}
            hint={t('rules.template')}
            value={action.key}
            onChange={(key) => onChange({ ...action, key })}
          />
        </div>
      );
    case 'dynamoDBv2':
      return (
        <div className={styles['fields']}>
          <TableField value={action.table} onChange={(table) => onChange({ ...action, table })} />
        </div>
      );
    case 'dynamoDB':
      return (
        <div className={styles['fields']}>
          <Field label={t('rules.table')} value={action.table} onChange={(table) => onChange({ ...action, table })} />
          {(['hashKeyField', 'hashKeyValue', 'rangeKeyField', 'rangeKeyValue', 'payloadField'] as const).map((name) => (
            <Field
              key={name}
              label={t(`rules.dynamo.${name}`)}
              value={action[name]}
              onChange={(value) => onChange({ ...action, [name]: value })}
            />
          ))}
        </div>
      );
    case 'republish':
      return (
        <div className={styles['fields']}>
          <Field
            label={t('rules.topic')}
            hint={t('rules.template')}
            isTopic
            value={action.topic}
            onChange={(topic) => onChange({ ...action, topic })}
          />
          <NativeSelect
            label={t('rules.qos')}
            data={['0', '1']}
            value={String(action.qos)}
            onChange={(event) => onChange({ ...action, qos: event.currentTarget.value === '1' ? 1 : 0 })}
          />
        </div>
      );
  }
}

const SEPARATOR_NAMES = { '\n': 'newline', '\r\n': 'windows', '\t': 'tab', ',': 'comma', '': 'none' } as const;

type FieldProps = {
  readonly label: string;
  /** Said below it while it holds no template. */
  readonly hint?: string;
  readonly isTopic?: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

const BELOW = ['label', 'input', 'description', 'error'] as const;

function Field({ label, hint = '', isTopic = false, value, onChange }: FieldProps) {
  return (
    <TextInput
      label={label}
      inputWrapperOrder={[...BELOW]}
      description={<TemplatePreview text={value} isTopic={isTopic} hint={hint} />}
      className={styles['mono'] ?? ''}
      value={value}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

type PlaceProps = Pick<FieldProps, 'value' | 'onChange'>;

function BucketField({ value, onChange }: PlaceProps) {
  const { t } = useTranslation();
  const buckets = useRules(({ state }) => state?.buckets ?? NONE);
  return (
    <Place
      label={t('rules.bucket')}
      names={buckets}
      canMake={value.length >= 3}
      make={() => call('rules.makeBucket', { name: value })}
      value={value}
      onChange={onChange}
    />
  );
}

function StreamField({ value, onChange }: PlaceProps) {
  const { t } = useTranslation();
  const streams = useRules(({ state }) => state?.streams ?? NONE);
  const buckets = useRules(({ state }) => state?.buckets ?? NONE);
  const courseBucket = useRules(({ state }) => state?.courseBucket ?? '');
  const [bucket, setBucket] = useState('');
  const isMissing = value !== '' && !streams.includes(value);
  const into = bucket === '' ? courseBucket : bucket;
  return (
    <>
      <Place
        label={t('rules.stream')}
        names={streams}
        canMake={into.length >= 3}
        make={() => call('rules.makeStream', { name: value, bucket: into })}
        value={value}
        onChange={onChange}
      />
      {isMissing && (
        <Autocomplete
          label={t('rules.intoBucket')}
          placeholder={courseBucket}
          data={[...buckets]}
          value={bucket}
          spellCheck={false}
          onChange={setBucket}
        />
      )}
    </>
  );
}

/** The two keys of the course's table where its rule is built. */
function TableField({ value, onChange }: PlaceProps) {
  const { t } = useTranslation();
  const tables = useRules(({ state }) => state?.tables ?? NONE);
  const isCourse = useRules(({ draft }) => draft?.suggestion === 'dynamoDB');
  const [hash, setHash] = useState(isCourse ? 'station_id' : '');
  const [range, setRange] = useState(isCourse ? 'observed_at' : '');
  const [hashType, setHashType] = useState<KeyAttribute['type']>('S');
  const [rangeType, setRangeType] = useState<KeyAttribute['type']>('S');
  return (
    <>
      <Place
        label={t('rules.table')}
        names={tables}
        canMake={value.length >= 3 && hash !== ''}
        make={() =>
          call('rules.makeTable', {
            name: value,
            hash: { name: hash, type: hashType },
            range: range === '' ? null : { name: range, type: rangeType },
          })
        }
        value={value}
        onChange={onChange}
      />
      {value !== '' && !tables.includes(value) && !value.includes('${') && (
        <div className={styles['keys']}>
          <Field label={t('rules.hash')} value={hash} onChange={(name) => setHash(name.trim())} />
          <KeyType label={t('rules.typeOf', { key: t('rules.hash') })} value={hashType} onChange={setHashType} />
          <Field label={t('rules.range')} value={range} onChange={(name) => setRange(name.trim())} />
          <KeyType label={t('rules.typeOf', { key: t('rules.range') })} value={rangeType} onChange={setRangeType} />
        </div>
      )}
    </>
  );
}

const KEY_TYPES: readonly KeyAttribute['type'][] = ['S', 'N', 'B'];

type KeyTypeProps = {
  readonly label: string;
  readonly value: KeyAttribute['type'];
  readonly onChange: (type: KeyAttribute['type']) => void;
};

function KeyType({ label, value, onChange }: KeyTypeProps) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      label={label}
      data={KEY_TYPES.map((type) => ({ value: type, label: t(`tables.type.${type}`) }))}
      value={value}
      onChange={(event) => onChange(KEY_TYPES.find((type) => type === event.currentTarget.value) ?? 'S')}
    />
  );
}

type MakeProps = PlaceProps & {
  readonly label: string;
  readonly names: readonly string[];
  readonly canMake: boolean;
  readonly make: () => Promise<null>;
};

/** A name that exists, or one to be made; a template is filled in per message, so nobody knows whether it exists. */
function Place({ label, names, canMake, make, value, onChange }: MakeProps) {
  const { t } = useTranslation();
  const [isMaking, setIsMaking] = useState(false);
  const isMissing = value !== '' && !value.includes('${') && !names.includes(value);
  const run = (): void => {
    setIsMaking(true);
    make()
      .then(() => notifyDone(t('rules.made', { name: value }), ''), notifyError)
      .finally(() => setIsMaking(false));
  };
  return (
    <div className={styles['place']}>
      <Autocomplete
        label={label}
        className={styles['mono'] ?? ''}
        inputWrapperOrder={[...BELOW]}
        description={<TemplatePreview text={value} />}
        data={[...names]}
        value={value}
        spellCheck={false}
        onChange={(name) => onChange(name.trim())}
      />
      {isMissing && (
        <div className={styles['missing']}>
          <span>{t('rules.missing')}</span>
          <Button small icon="plus" disabled={!canMake || isMaking} onClick={run}>
            {t(isMaking ? 'rules.making' : 'rules.make')}
          </Button>
        </div>
      )}
    </div>
  );
}
