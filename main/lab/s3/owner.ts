/** The one account of the lab as S3 writes it, and what it may do with all that is here: everything, nobody else anything. */
import { createHash } from 'node:crypto';
import { AwsError, type LabIdentity } from '../services.ts';
import { branch, leaf } from '../xml.ts';
import { NAMESPACE } from './operation.ts';

const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

export type Owner = { readonly id: string; readonly name: string };

export function ownerOf(identity: LabIdentity): Owner {
  return { id: createHash('sha256').update(identity.account).digest('hex'), name: 'lab' };
}

/** As `Owner`, `Initiator` … */
export function ownerXml(element: string, { id, name }: Owner): string {
  return branch(element, [leaf('ID', id), leaf('DisplayName', name)]);
}

/** The list of a bucket or object whose owner is enforced. */
export function aclXml(owner: Owner): string {
  const fields = `${leaf('ID', owner.id)}${leaf('DisplayName', owner.name)}`;
  const grantee = `<Grantee xmlns:xsi="${INSTANCE}" xsi:type="CanonicalUser">${fields}</Grantee>`;
  const grant = branch('Grant', [grantee, leaf('Permission', 'FULL_CONTROL')]);
  return branch('AccessControlPolicy', [ownerXml('Owner', owner), branch('AccessControlList', [grant])], NAMESPACE);
}

/** What S3 says to any other list where the bucket's owner owns everything, which is the default since April 2023. */
export function aclNotSupported(): AwsError {
  return new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400);
}

/** The canned lists that say what is so anyway. */
export const OWNERS_ACLS: readonly string[] = ['private', 'bucket-owner-full-control'];
