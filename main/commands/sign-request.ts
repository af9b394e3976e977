/** Signature Version 4 written a second time, plainly: what strikes at the lab's doors must not share a mistake with what guards them. */
import { createHash, createHmac } from 'node:crypto';

export type Signer = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
};

export type ToSign = {
  readonly service: string;
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  /** Sorted and percent-encoded, `=` behind each name; none when left out. */
  readonly query?: string;
  /** `host`, and a port unless it is the scheme's own. */
  readonly host: string;
  /** Epoch milliseconds. */
  readonly signedAt?: number;
};

/** `path` with the query of a presigned URL; `expires` in seconds. The way of AWS's example for MQTT over WebSocket. */
export function presign(signer: Signer, request: ToSign & { readonly expires?: number }): string {
  const { service, method, path, host, expires = 300 } = request;
  const { date, scope } = scopeOf(signer, request);
  const query = [
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(`${signer.accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${expires}`,
    'X-Amz-SignedHeaders=host',
  ].join('&');
  const payload = service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256('');
  const canonical = [method, path, query, `host:${host}`, '', 'host', payload].join('\n');
  return `${path}?${query}&X-Amz-Signature=${sign(signer, date, scope, canonical)}`;
}

/** The headers that sign a request with this body, `host` among them; `headers` (lower-case names) are signed along. */
export function signHeaders(
  signer: Signer,
  request: ToSign & { readonly body: Buffer | string; readonly headers?: Readonly<Record<string, string>> },
): Record<string, string> {
  const { date, scope } = scopeOf(signer, request);
  const payload = createHash('sha256').update(request.body).digest('hex');
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-content-sha256': payload,
    'x-amz-date': date,
  };
  const names = Object.keys(headers).sort();
  const path = request.service === 's3' ? request.path : request.path.split('/').map(encodeURIComponent).join('/');
  const lines = names.map((name) => `${name}:${headers[name] ?? ''}`);
  const canonical = [request.method, path, request.query ?? '', ...lines, '', names.join(';'), payload].join('\n');
  const signature = sign(signer, date, scope, canonical);
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

function scopeOf({ region }: Signer, { service, signedAt = Date.now() }: ToSign) {
  const date = new Date(signedAt).toISOString().replace(/[-:]|\.\d+/g, '');
  return { date, scope: `${date.slice(0, 8)}/${region}/${service}/aws4_request` };
}

function sign({ secretAccessKey }: Signer, date: string, scope: string, canonical: string): string {
  let key = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  return createHmac('sha256', key).update(toSign).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
