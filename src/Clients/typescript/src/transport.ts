import { errorOf, PIVOTError } from './errors.js';

const Prefix = '/api/v1';
const LongestPause = 60;

/** How a client is set up. */
export interface ClientOptions {
  /** The API key; unless given, that of the environment variable `ESA_API_KEY` where there is an environment. */
  apiKey?: string;
  /**
   * How a session is followed. `websocket` needs a global `WebSocket` (browsers, Node 22); it can set no header, so the key stands in the
   * address. `sse` needs `fetch` alone, and sends the key as a header. `auto`, the usual, takes the WebSocket where there is one and
   * Server-Sent Events where there is none, or where it does not come to be.
   */
  transport?: 'auto' | 'websocket' | 'sse';
  /** For how many seconds an answer's beginning is waited for: 30 unless told. */
  timeout?: number;
  /** How often a request is tried again when the server asks for patience or, where repeating it changes nothing, when the line breaks: 4 unless told. */
  retries?: number;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** A request. */
export interface Ask {
  query?: Query | undefined;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
  form?: FormData;
  /** Whether doing it twice is doing it once: what is not POST, unless told. */
  idempotent?: boolean;
  retries?: number;
  /** For how many seconds an answer's beginning is waited for; an upload has no limit. */
  timeout?: number;
  signal?: AbortSignal | undefined;
}

/** Requests to one server: retries only where nothing can happen twice, no redirects, so that the key stays with the server it is for. */
export class Transport {
  readonly root: string;
  readonly apiKey: string | undefined;
  readonly mode: 'auto' | 'websocket' | 'sse';
  private readonly timeout: number;
  private readonly retries: number;

  constructor(baseUrl: string, options: ClientOptions) {
    const address = new URL(baseUrl);
    if (address.protocol !== 'http:' && address.protocol !== 'https:') {
      throw new TypeError(`baseUrl: expected an http or https address, got '${baseUrl}'`);
    }
    this.root = address.origin + address.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '') + Prefix;
    this.apiKey = (options.apiKey ?? environment('ESA_API_KEY')) || undefined;
    this.mode = options.transport ?? 'auto';
    this.timeout = options.timeout ?? 30;
    this.retries = options.retries ?? 4;
  }

  /** The address of a path of ids and words. */
  address(path: readonly string[], query: Query = {}): URL {
    const address = new URL(this.root + path.map((part) => '/' + encodeURIComponent(segment(part))).join(''));
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) address.searchParams.set(name, String(value));
    }
    return address;
  }

  /** Sends a request, and reads JSON. */
  async call<T>(method: string, path: readonly string[], ask: Ask = {}): Promise<T> {
    return (await (await this.request(method, path, ask)).json()) as T;
  }

  /** Sends a request until it succeeds or trying again is no use. */
  async request(method: string, path: readonly string[], ask: Ask = {}): Promise<Response> {
    const address = this.address(path, ask.query);
    const idempotent = ask.idempotent ?? method !== 'POST';
    const attempts = (ask.retries ?? this.retries) + 1;
    for (let attempt = 1; ; attempt++) {
      let error: PIVOTError;
      let worth: boolean;
      try {
        const response = await this.send(method, address, ask);
        if (response.ok) return response;
        error = await errorOf(response);
        worth = (error.retryAfter !== undefined && [429, 503].includes(response.status)) || (idempotent && [502, 503, 504].includes(response.status));
      } catch (broken) {
        ask.signal?.throwIfAborted();
        error = new PIVOTError(`${method} ${address.pathname}: ${reason(broken)}`, { code: 'CONNECTION_FAILED', cause: broken });
        worth = idempotent;
      }
      if (attempt >= attempts || !worth || (error.retryAfter ?? 0) > LongestPause) throw error;
      await sleep(error.retryAfter ?? pause(attempt), ask.signal);
    }
  }

  private async send(method: string, address: URL, ask: Ask): Promise<Response> {
    const headers: Record<string, string> = { Accept: 'application/json', ...(this.apiKey ? { 'X-API-Key': this.apiKey } : {}), ...ask.headers };
    let body: string | FormData | null = ask.form ?? null;
    if (ask.json !== undefined) {
      headers['Content-Type'] = 'application/json';
      body = JSON.stringify(ask.json);
    }
    const late = new AbortController();
    const seconds = ask.timeout ?? (ask.form ? Infinity : this.timeout);
    const timer = Number.isFinite(seconds) ? setTimeout(() => late.abort(new Error(`no answer within ${seconds} s`)), seconds * 1000) : undefined;
    try {
      const signal = ask.signal ? AbortSignal.any([ask.signal, late.signal]) : late.signal;
      return await fetch(address, { method, headers, body, signal, redirect: 'error', cache: 'no-store' });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** How many seconds to wait before trying again: twice as long each time, up to half a minute, somewhat at random. */
export function pause(attempt: number): number {
  return Math.min(30, 0.5 * 2 ** Math.min(attempt - 1, 6)) * (0.5 + Math.random() / 2);
}

/** Waits, unless called off. */
export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const calledOff = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', calledOff);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener('abort', calledOff, { once: true });
  });
}

function reason(broken: unknown): string {
  const cause = broken instanceof Error && broken.cause instanceof Error ? `: ${broken.cause.message}` : '';
  return (broken instanceof Error ? broken.message : String(broken)) + cause;
}

// An empty id, or dots, would make another path of it.
function segment(part: string): string {
  if (typeof part !== 'string' || ['', '.', '..'].includes(part)) {
    throw new PIVOTError(`expected an id, got '${part}'`, { code: 'VALIDATION_ERROR', field: 'id', expected: 'an id' });
  }
  return part;
}

function environment(name: string): string | undefined {
  return (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];
}
