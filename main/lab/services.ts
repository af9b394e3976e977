/** The seams inside the lab: how a service answers the edge, and what services offer each other. Shapes only. */

/** Who the lab pretends to be: one account, one region, one role that may do everything. */
export type LabIdentity = {
  readonly account: string;
  readonly region: string;
  readonly roleArn: string;
};

/** A refusal as AWS words it. `code` is the AWS error name, `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** Further members of the error body, e.g. `AthenaErrorCode`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** Operations of a JSON 1.0/1.1 service by name (the part of `X-Amz-Target` after the dot). Input is parsed JSON, not yet checked. */
export type JsonOperations = Readonly<Record<string, (input: unknown) => object | Promise<object>>>;

export type RestInput = {
  /** Decoded path parameters by name. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON body; undefined when the body is empty. */
  readonly body: unknown;
};

/** One REST-JSON operation: `{ method: 'POST', path: '/things/{thingName}', name: 'CreateThing', … }`. */
export type RestRoute = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly name: string;
  readonly handle: (input: RestInput) => object | Promise<object>;
};

export type ObjectInfo = {
  readonly key: string;
  readonly size: number;
  /** Hex MD5, without quotes. */
  readonly etag: string;
  /** Epoch milliseconds. */
  readonly modified: number;
  /** Absolute path of the file that holds exactly the object's bytes. It never changes while the object exists. */
  readonly path: string;
};

export type ObjectStore = {
  readonly hasBucket: (bucket: string) => boolean;
  /** On disk when it resolves. Throws AwsError NoSuchBucket. */
  readonly put: (
    bucket: string,
    key: string,
    body: Buffer,
    options?: { readonly contentType?: string; readonly contentEncoding?: string; readonly cannedAcl?: string },
  ) => Promise<ObjectInfo>;
  /** Takes over a finished file that lies in `stagingFolder`. */
  readonly adopt: (
    bucket: string,
    key: string,
    path: string,
    options?: { readonly contentType?: string; readonly contentEncoding?: string },
  ) => Promise<ObjectInfo>;
  readonly get: (bucket: string, key: string) => ObjectInfo | undefined;
  /** In UTF-8 order of the key. Throws AwsError NoSuchBucket. */
  readonly list: (
    bucket: string,
    options: { readonly prefix: string; readonly after?: string; readonly limit?: number },
  ) => readonly ObjectInfo[];
  readonly remove: (bucket: string, key: string) => Promise<void>;
  readonly stagingFolder: string;
};

export type DeliveryStreams = {
  readonly exists: (stream: string) => boolean;
  /**
   * Resolves when the records are in the stream's buffer on disk, so that `kill -9` cannot lose them. `origin` names a source and its growing
   * sequence number; records at or below the highest number already taken from that source are ignored, which makes a replay after a crash harmless.
   */
  readonly put: (
    stream: string,
    records: readonly Buffer[],
    origin?: { readonly source: string; readonly sequence: number },
  ) => Promise<void>;
};

/**
 * Is told that a stream's records lie in an object: for each source (`origin` of the put) those up to the given number which the stream
 * had taken and not delivered before.
 */
export type DeliveryWatch = (
  stream: string,
  object: { readonly bucket: string; readonly key: string },
  lastOf: ReadonlyMap<string, number>,
) => void;

/** Where a service lays out a finished report, so that anybody with the link can fetch it by a plain GET. */
export type ReportShelf = {
  /** Copies the file; the same name again replaces it. */
  readonly put: (name: string, path: string) => Promise<void>;
  /** A presigned link that works for an hour. */
  readonly link: (name: string) => string;
  readonly remove: (name: string) => Promise<void>;
};

/** A value in DynamoDB JSON. Numbers and binary values travel as text (base64 for binary). */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly M: Item }
  | { readonly L: readonly AttributeValue[] }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

export type Item = { readonly [name: string]: AttributeValue };

export type Tables = {
  readonly has: (table: string) => boolean;
  /**
   * Puts a whole item in place of the one with its key; on disk when it resolves. Rejects with DynamoDB's AwsError: ValidationException
   * (a missing key, a key of the wrong type, a value DynamoDB does not take), ResourceNotFoundException.
   */
  readonly put: (table: string, item: Item) => Promise<void>;
  /** Sets these attributes of the item with the key among them and leaves the others; makes the item where there is none. Rejects as `put`. */
  readonly merge: (table: string, item: Item) => Promise<void>;
  /** Resolves quietly when there is no such item. Rejects as `put`. */
  readonly remove: (table: string, key: Item) => Promise<void>;
};
