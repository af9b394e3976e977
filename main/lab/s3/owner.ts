/** The one account of the lab as S3 writes it, and the access lists of what is here, which nobody else may use. */
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

/** Groups of grantees, and the account by which Amazon EC2 reads images. */
const GROUPS = 'http://acs.amazonaws.com/groups/';
const EC2 = '6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c';

type Grant = { readonly grantee: Owner | string; readonly permission: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl: what each list grants beside the owner's full control; where one account owns bucket and object, the others grant nothing more. */
const CANNED: Readonly<Record<string, readonly Grant[]>> = {
  'public-read': [{ grantee: 'global/AllUsers', permission: 'READ' }],
  'public-read-write': [
    { grantee: 'global/AllUsers', permission: 'READ' },
    { grantee: 'global/AllUsers', permission: 'WRITE' },
  ],
  'authenticated-read': [{ grantee: 'global/AuthenticatedUsers', permission: 'READ' }],
  'aws-exec-read': [{ grantee: { id: EC2, name: 'za-team' }, permission: 'READ' }],
  'log-delivery-write': [
    { grantee: 's3/LogDelivery', permission: 'WRITE' },
    { grantee: 's3/LogDelivery', permission: 'READ_ACP' },
  ],
};

/** The access list of a bucket or object: its owner's full control, and what the canned list it was written with grants. */
export function aclXml(owner: Owner, canned = 'private'): string {
  const grants = [{ grantee: owner, permission: 'FULL_CONTROL' }, ...(CANNED[canned] ?? [])].map(grantXml);
  return branch('AccessControlPolicy', [ownerXml('Owner', owner), branch('AccessControlList', grants)], NAMESPACE);
}

function grantXml({ grantee, permission }: Grant): string {
  const [type, fields] =
    typeof grantee === 'string'
      ? ['Group', leaf('URI', `${GROUPS}${grantee}`)]
      : ['CanonicalUser', `${leaf('ID', grantee.id)}${leaf('DisplayName', grantee.name)}`];
  const who = `<Grantee xmlns:xsi="${INSTANCE}" xsi:type="${type}">${fields}</Grantee>`;
  return branch('Grant', [who, leaf('Permission', permission)]);
}

/** What S3 says to any other list where the bucket's owner owns everything, which is the default since April 2023. */
export function aclNotSupported(): AwsError {
  return new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400);
}

/** The canned lists that say what is so anyway. */
export const OWNERS_ACLS: readonly string[] = ['private', 'bucket-owner-full-control'];
