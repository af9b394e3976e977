/** The pairing table: each certificate with its key, validity, what the target knows of it, and the station it is for. */
import { Checkbox, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ImportBatch, ImportRow } from '../../../preload/shapes-certificates.ts';
import { Icon } from '../../parts/icon.tsx';
import { useCertificates } from '../../state/certificates.ts';
import { choiceOf, isImportable, type Choice, type Choices } from '../../state/import-choice.ts';
import { useStations } from '../../state/live.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './certificate-import.module.css';
import { ExpiryWord, TargetWord } from './certificate-words.tsx';

const COLUMNS = ['take', 'certificate', 'key', 'validity', 'target', 'station'] as const;
/** A station's id is never empty, so this is none. */
const LATER = '';

type PairingProps = {
  readonly batch: ImportBatch;
  readonly choices: Choices;
  readonly onChoose: (certificateId: string, choice: Choice) => void;
};

export function CertificatePairing({ batch, choices, onChoose }: PairingProps) {
  const { t } = useTranslation();
  const meantFor = useCertificates((state) => state.meantFor);
  return (
    <table className={styles['table']} aria-label={t('certificates.table')}>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" data-column={column}>
              <span className={column === 'take' ? 'visually-hidden' : undefined}>
                {t(`certificates.column.${column}`)}
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {batch.certificates.map((row) => (
          <PairingRow
            key={row.certificateId}
            batch={batch}
            row={row}
            choice={choiceOf(batch, row, choices, meantFor)}
            onChoose={(choice) => onChoose(row.certificateId, choice)}
          />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = {
  readonly batch: ImportBatch;
  readonly row: ImportRow;
  readonly choice: Choice;
  readonly onChoose: (choice: Choice) => void;
};

function PairingRow({ batch, row, choice, onChoose }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { subject, certificateId, source, copies, authority, issuer, keyType, usedBy, target } = row;
  const can = isImportable(row);
  return (
    <tr data-off={!can || undefined}>
      <td>
        <Checkbox
          checked={can && choice.isTaken}
          disabled={!can}
          aria-label={t('certificates.take', { subject })}
          onChange={(event) => onChoose({ ...choice, isTaken: event.currentTarget.checked })}
        />
      </td>
      <td>
        <strong title={subject}>{subject}</strong>
        <small title={certificateId}>
          <code>{certificateId.slice(0, 16)}…</code> · {keyType} ·{' '}
          {t(`certificates.authority.${authority}`, { issuer })}
        </small>
        <small title={source}>{t('certificates.source', { source })}</small>
        {copies > 0 && <small>{t('certificates.copies', { count: copies, amount: format.integer(copies) })}</small>}
      </td>
      <td>
        <KeyCell batch={batch} row={row} />
      </td>
      <td>
        <ExpiryWord certificate={row} />
      </td>
      <td>
        <TargetWord target={target} />
        {target.state === 'registered' && (
          <small>
            {target.things.length === 0
              ? t('certificates.noThing')
              : t('certificates.thing', { things: target.things.join(', ') })}
          </small>
        )}
      </td>
      <td>
        {usedBy === null ? (
          <StationChoice row={row} choice={choice} onChoose={onChoose} />
        ) : (
          <small>{t('certificates.usedBy', { station: usedBy })}</small>
        )}
      </td>
    </tr>
  );
}

function KeyCell({ batch, row }: Pick<RowProps, 'batch' | 'row'>) {
  const { t } = useTranslation();
  const { state, source } = row.key;
  if (state !== 'missing') {
    return (
      <span className={styles['paired']}>
        <Icon name="check" size={14} />
        <small title={source ?? undefined}>
          {state === 'brought' ? t('certificates.key.brought', { source }) : t('certificates.key.inVault')}
        </small>
      </span>
    );
  }
  const isPublic = batch.looseKeys.find(({ what, subject }) => what === 'publicKey' && subject === row.subject);
  return (
    <span className={styles['missing']}>
      <span>{t('certificates.key.missing')}</span>
      {isPublic !== undefined && <small>{t('certificates.key.missingPublic', { source: isPublic.source })}</small>}
      <small>{batch.locked.length > 0 ? t('certificates.key.missingLocked') : t('certificates.key.missingHint')}</small>
    </span>
  );
}

function StationChoice({ row, choice, onChoose }: Omit<RowProps, 'batch'>) {
  const { t } = useTranslation();
  const stations = useStations();
  const isSuggested = row.suggestion !== null && row.suggestion.station === choice.station;
  return (
    <>
      <Select
        aria-label={t('certificates.stationFor', { subject: row.subject })}
        disabled={!isImportable(row)}
        searchable
        value={choice.station ?? LATER}
        data={[
          { value: LATER, label: t('certificates.later') },
          ...stations.map(({ id, name }) => ({ value: id, label: `${name} (${id})` })),
        ]}
        onChange={(value) => onChoose({ ...choice, station: value === null || value === LATER ? null : value })}
      />
      {isSuggested && (
        <small>{t(row.suggestion?.reason === 'registry' ? 'certificates.byRegistry' : 'certificates.byName')}</small>
      )}
    </>
  );
}
