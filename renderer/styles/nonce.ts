/** The nonce main put into the page: the only style elements the content security policy lets in carry it. */

export function nonce(): string {
  return document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
}
