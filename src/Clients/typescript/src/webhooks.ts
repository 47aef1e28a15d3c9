import { PIVOTError } from './errors.js';

const SecretPrefix = 'whsec_';

/**
 * Verifies a message by Standard Webhooks 1.0, and returns what it says.
 * @param secret The webhook's secret: `whsec_` and base64, or any other text as it was registered.
 * @param headers The request's headers, in any case.
 * @param body The request's body as it came, not parsed and written again.
 * @param options How many seconds old a message may be (300 unless told), and the time in seconds since 1970.
 * @throws PIVOTError with code `WEBHOOK_INVALID`: it is not signed with the secret, or too old.
 */
export async function verifyWebhook(
  secret: string, headers: Headers | Record<string, string | string[] | undefined>, body: string | Uint8Array, options: { tolerance?: number; now?: number } = {},
): Promise<unknown> {
  const all = new Map([...(headers instanceof Headers ? headers.entries() : Object.entries(headers))].map(([name, value]) => [name.toLowerCase(), String(value ?? '')]));
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => all.get(name) || refuse(name, 'header required')) as [string, string, string];
  const now = options.now ?? Date.now() / 1000;
  if (!/^\d+$/.test(timestamp) || Math.abs(now - Number(timestamp)) > (options.tolerance ?? 300)) refuse('webhook-timestamp', 'it is too old, ahead of time, or no time');
  const content = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + content.length);
  signed.set(head);
  signed.set(content, head.length);
  const key = await crypto.subtle.importKey('raw', keyOf(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  let isGenuine = false;
  for (const signature of signatures.split(' ')) {
    const bytes = signature.startsWith('v1,') ? decode(signature.slice(3)) : null;
    // WebCrypto compares in constant time.
    if (bytes && (await crypto.subtle.verify('HMAC', key, bytes, signed))) isGenuine = true;
  }
  if (!isGenuine) refuse('webhook-signature', 'the message is not signed with this secret');
  return JSON.parse(new TextDecoder().decode(content));
}

function refuse(field: string, why: string): never {
  throw new PIVOTError(`${field}: ${why}.`, { code: 'WEBHOOK_INVALID', field });
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  return (secret.startsWith(SecretPrefix) ? decode(secret.slice(SecretPrefix.length)) : null) ?? new TextEncoder().encode(secret);
}

function decode(base64: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
