/** What a target is: plain data that says where AWS is asked, as whom, and where devices connect. The only file that may tell one kind from another. */
import type { Pace } from './pacing.ts';

type Credentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
};

export type Target = {
  readonly kind: 'lab' | 'aws';
  /** What a person reads. */
  readonly label: string;
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** One URL for all services; null = each service's own address on AWS. */
  readonly endpoint: string | null;
  readonly credentials: Credentials;
  readonly mqttHost: string;
  readonly mqttPort: number;
  /** Where devices that pass no port are answered, by their SDK's own choice of port and ALPN; null: they must pass `mqttPort`. */
  readonly alpnPort: number | null;
  /** PEM text of the authority that signed the broker's certificate. */
  readonly mqttCa: string;
  /** The same as a file, for programs of the user; null where there is none. */
  readonly caFile: string | null;
  /** Buckets in the path instead of the host name: needed where the endpoint is an address. */
  readonly pathStyle: boolean;
  /** The role that rules, streams and crawlers act as. Isobar never makes roles. */
  readonly roleArn: string;
  /** Calls a second of the IoT control plane that the target takes, by operation; null where there is no such quota. */
  readonly iotPace: Pace | null;
};

/**
 * The default quotas of an AWS account, in calls a second. The pace keeps a little below.
 * https://docs.aws.amazon.com/general/latest/gr/iot-core.html#thing-limits
 */
export const AWS_IOT_PACE: Pace = {
  others: 9,
  byOperation: { CreateCertificateFromCsr: 14, AttachPolicy: 14, DetachPolicy: 14, AttachThingPrincipal: 14 },
};

type LabReport = {
  readonly endpoint: string;
  readonly mqttHost: string;
  readonly mqttPort: number;
  readonly alpnPort: number | null;
  readonly caFile: string;
  readonly ca: string;
  readonly region: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly roleArn: string;
};

/** Does somebody pay for what is used there? */
export function isBilled({ kind }: Target): boolean {
  return kind === 'aws';
}

/** Does the target tell why it refuses clients and what becomes of single messages? AWS does not. */
export function tellsWays({ kind }: Target): boolean {
  return kind === 'lab';
}

/** The target of a started local lab, from what it reported about itself. */
export function targetFromLab(report: LabReport): Target {
  return {
    kind: 'lab',
    label: 'Local lab',
    region: report.region,
    account: report.account,
    endpoint: report.endpoint,
    credentials: { accessKeyId: report.accessKeyId, secretAccessKey: report.secretAccessKey },
    mqttHost: report.mqttHost,
    mqttPort: report.mqttPort,
    alpnPort: report.alpnPort,
    mqttCa: report.ca,
    caFile: report.caFile,
    pathStyle: true,
    roleArn: report.roleArn,
    iotPace: null,
  };
}

/**
 * Lines to paste into a shell so that the AWS CLI and boto3 talk to the target: one variable a line, ending with a newline.
 * Holds the secret key: for the clipboard only, never for a log or the window.
 */
export function environmentText(target: Target, shell: 'posix' | 'powershell'): string {
  const { accessKeyId, secretAccessKey, sessionToken } = target.credentials;
  const variables: readonly (readonly [name: string, value: string | null | undefined])[] = [
    ['AWS_ENDPOINT_URL', target.endpoint],
    ['AWS_ACCESS_KEY_ID', accessKeyId],
    ['AWS_SECRET_ACCESS_KEY', secretAccessKey],
    ['AWS_SESSION_TOKEN', sessionToken],
    ['AWS_DEFAULT_REGION', target.region],
    ['AWS_REGION', target.region],
  ];
  return variables
    .flatMap(([name, value]) => (value === null || value === undefined ? [] : [assignment(shell, name, value)]))
    .join('');
}

function assignment(shell: 'posix' | 'powershell', name: string, value: string): string {
  switch (shell) {
    case 'posix':
      return `export ${name}='${value.replaceAll("'", "'\\''")}'\n`;
    case 'powershell':
      // PowerShell ends a single-quoted text at typographic quotes too; each is doubled to stand for itself.
      return `$env:${name} = '${value.replaceAll(/['\u2018\u2019\u201A\u201B]/g, '$&$&')}'\n`;
  }
}
