import { PIVOTError } from './errors.js';
import type { SessionEvent } from './models.js';
import { pause, sleep, type Transport } from './transport.js';

// The server says something every 15 seconds; a line that is silent for longer than this is dead.
const Silence = 60;
// For how long a feed that broke off is tried to be picked up, in seconds: a server may be updated meanwhile.
const Patience = 300;

/** How a session is followed. */
export interface FollowOptions {
  /** The id of the last message seen; the feed goes on after it. */
  lastEventId?: string;
  /** Calls it off. */
  signal?: AbortSignal;
}

/** The messages in a stream of Server-Sent Events (WHATWG HTML, 9.2). One that is cut off by the end of the stream is dropped, as the standard says. */
export async function* parse(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<SessionEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let id = '';
  let name = '';
  let data: string[] = [];
  for await (const chunk of chunks) {
    // A carriage return at the end may be half of a line's end.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { id, name: name || 'message', data: JSON.parse(data.join('\n')) };
        [name, data] = ['', []];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data.push(value);
      else if (field === 'event') name = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
  }
}

/**
 * A session's messages after one, over lines that break, until the server has no more to tell. No message is missed, none comes twice.
 * Throws when the server refuses, or cannot be reached for five minutes.
 */
export async function* follow(transport: Transport, sessionId: string, options: FollowOptions): AsyncGenerator<SessionEvent> {
  let last = options.lastEventId;
  let usesSocket = transport.mode === 'websocket' || (transport.mode === 'auto' && typeof WebSocket !== 'undefined');
  if (usesSocket && typeof WebSocket === 'undefined') throw new PIVOTError('There is no WebSocket here; use transport sse.', { code: 'CONNECTION_FAILED' });
  let lostAt: number | undefined = Date.now();
  for (let attempt = 1; ; attempt++) {
    let asked = 0;
    try {
      const line = usesSocket ? socketLine(transport, sessionId, last, options.signal) : sseLine(transport, sessionId, last, options.signal);
      try {
        for (let next = await line.next(); ; next = await line.next()) {
          lostAt = undefined;
          if (next.done) {
            if (next.value) return;
            break;
          }
          if (next.value !== undefined) {
            last = next.value.id || last;
            attempt = 0;
            yield next.value;
          }
        }
      } finally {
        // Whoever has heard enough leaves no line open.
        await line.return(true);
      }
    } catch (broken) {
      options.signal?.throwIfAborted();
      const isUnopened = usesSocket && lostAt !== undefined;
      if (isUnopened && transport.mode === 'auto') {
        usesSocket = false;
        continue;
      }
      asked = requirePatience(isUnopened ? await refusalOf(transport, sessionId, broken) : broken, lostAt);
    }
    lostAt ??= Date.now();
    await sleep(Math.max(asked, pause(attempt + 1)), options.signal);
  }
}

// A line yields undefined once it stands, then its messages, and returns whether the feed is over.
type Line = AsyncGenerator<SessionEvent | undefined, boolean>;

async function* sseLine(transport: Transport, sessionId: string, last: string | undefined, signal: AbortSignal | undefined): Line {
  const silent = new AbortController();
  const headers = { Accept: 'text/event-stream', ...(last ? { 'Last-Event-ID': last } : {}) };
  const response = await transport.request('GET', ['sse', 'training', sessionId], {
    headers, retries: 0, signal: signal ? AbortSignal.any([signal, silent.signal]) : silent.signal,
  });
  if (response.status === 204 || !response.body) return true;
  yield undefined;
  let isOver = false;
  try {
    for await (const event of parse(watched(response.body, silent))) {
      isOver ||= event.name === 'completed';
      if (event.name === 'metrics' && event.data['loss'] === undefined && event.data['train_loss'] !== undefined) event.data['loss'] = event.data['train_loss'];
      yield event;
    }
  } finally {
    silent.abort();
  }
  return isOver;
}

async function* watched(body: ReadableStream<Uint8Array>, silent: AbortController): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const timer = setTimeout(() => silent.abort(new Error('the line went silent')), Silence * 1000);
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    yield value;
  }
}

async function* socketLine(transport: Transport, sessionId: string, last: string | undefined, signal: AbortSignal | undefined): Line {
  const address = transport.address(['ws', 'training', sessionId], { api_key: transport.apiKey, last_event_id: last });
  address.protocol = address.protocol.replace('http', 'ws');
  const waiting: (SessionEvent | undefined)[] = [];
  let wake: () => void = () => undefined;
  let closed: { code: number } | undefined;
  const socket = new WebSocket(address);
  const stop = (): void => socket.close();
  signal?.addEventListener('abort', stop, { once: true });
  socket.onopen = () => (waiting.push(undefined), wake());
  socket.onmessage = (message) => (waiting.push(read(String(message.data))), wake());
  socket.onclose = (close) => ((closed = close), wake());
  try {
    for (;;) {
      while (waiting.length > 0) yield waiting.shift();
      signal?.throwIfAborted();
      if (closed) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.close();
  }
  // 1000 is a normal end (RFC 6455, 7.4.1): the session is over.
  if (closed.code === 1000) return true;
  throw new PIVOTError(`The WebSocket closed with code ${closed.code}.`, { code: 'CONNECTION_FAILED' });
}

function read(text: string): SessionEvent {
  const { event, id, ...data } = JSON.parse(text);
  return { id: String(id), name: event, data };
}

// A WebSocket does not tell why it does not open.
async function refusalOf(transport: Transport, sessionId: string, broken: unknown): Promise<unknown> {
  return transport.request('GET', ['training', 'sessions', sessionId], { retries: 0 }).then(() => broken, (refusal: unknown) => refusal);
}

// How many seconds the server asks to wait for; throws where waiting is no use.
function requirePatience(broken: unknown, lostAt: number | undefined): number {
  const error = broken instanceof PIVOTError ? broken : new PIVOTError(String(broken), { code: 'CONNECTION_FAILED', cause: broken });
  const isRefusal = error.status !== undefined && error.status < 500 && error.status !== 429;
  if (isRefusal || (lostAt !== undefined && Date.now() - lostAt > Patience * 1000)) throw error;
  return error.retryAfter ?? 0;
}
