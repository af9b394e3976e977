/** Who is at the other end of a connection to the broker, as the door it came through has proved. */

export type Peer = {
  readonly principal: Principal;
  /** Of the other end, for presence events and policies. */
  readonly address: string;
  /** The host name it asked for in the TLS handshake, for policies. */
  readonly domainName?: string;
};

type Principal =
  /** A client certificate in the TLS handshake. */
  | { readonly kind: 'certificate'; readonly certificateId: string }
  /** A signed WebSocket request: the account's own key pair, which may do everything, as an administrator's does on AWS. */
  | { readonly kind: 'signed'; readonly accessKeyId: string };
