/** One level of the object store as a table: folders first, then objects. */
import type { LakeListing } from '../../../preload/shapes.ts';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../../parts/icon.tsx';
import type { Place } from '../../state/lake-place.ts';
import { useFormat } from '../../text/use-format.ts';
import styles from './object-browser.module.css';

type ObjectTableProps = {
  readonly place: Place;
  readonly entries: Pick<LakeListing, 'buckets' | 'prefixes' | 'objects'>;
  readonly opened: string | null;
  readonly onGo: (place: Place) => void;
  readonly onOpen: (key: string) => void;
};

export function ObjectTable({ place: { bucket, prefix }, entries, opened, onGo, onOpen }: ObjectTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const short = (key: string) => key.slice(prefix.length);
  return (
    <table className={styles['table']} aria-label={t('lake.table', { place: `${bucket ?? ''}/${prefix}` })}>
      <thead>
        <tr>
          <th scope="col">{t('lake.name')}</th>
          <th scope="col">{t('lake.size')}</th>
          <th scope="col">{t('lake.modified')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.buckets.map(({ name, created }) => (
          <tr key={name}>
            <Name icon="lake" text={name} onClick={() => onGo({ bucket: name, prefix: '' })} />
            <td />
            <td>{format.dateTime(created)}</td>
          </tr>
        ))}
        {entries.prefixes.map((name) => (
          <tr key={name}>
            <Name icon="folder" text={short(name)} onClick={() => onGo({ bucket, prefix: name })} />
            <td />
            <td />
          </tr>
        ))}
        {entries.objects.map(({ key, bytes, modified }) => (
          <tr key={key} data-opened={key === opened || undefined}>
            <Name icon="file" text={short(key)} onClick={() => onOpen(key)} />
            <td>{format.bytes(bytes)}</td>
            <td>{format.dateTime(modified)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type NameProps = { readonly icon: IconName; readonly text: string; readonly onClick: () => void };

function Name({ icon, text, onClick }: NameProps) {
  return (
    <td>
      <button type="button" title={text} onClick={onClick}>
        <Icon name={icon} size={14} />
        <span>{text}</span>
      </button>
    </td>
  );
}
