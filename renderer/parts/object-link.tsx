/** The place of an object, leading to it on the Lake page. */
import { leadToObject } from '../state/lake-place.ts';
import styles from './object-link.module.css';

type ObjectLinkProps = { readonly bucket: string; readonly objectKey: string };

export function ObjectLink({ bucket, objectKey }: ObjectLinkProps) {
  return (
    <a className={styles['link']} href="#lake" onClick={() => leadToObject({ bucket, key: objectKey })}>
      s3://{bucket}/{objectKey}
    </a>
  );
}
