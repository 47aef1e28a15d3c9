import { PIVOTError } from './errors.js';
import type { Checkpoint } from './models.js';
import { pause, sleep, type Transport } from './transport.js';

/** A checkpoint's bytes from a place in them on. */
export async function open(transport: Transport, checkpoint: Checkpoint, from: number, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await transport.request('GET', ['checkpoints', checkpoint.checkpoint_id, 'download'], {
    headers: { Accept: 'application/octet-stream', ...(from > 0 ? { Range: `bytes=${from}-`, 'If-Range': `"${checkpoint.sha256}"` } : {}) }, signal,
  });
  if (from > 0 && !response.headers.get('Content-Range')?.startsWith(`bytes ${from}-`)) {
    await response.body?.cancel();
    throw new PIVOTError(`Expected the bytes from ${from} on, got ${response.headers.get('Content-Range')}.`, { status: response.status });
  }
  return response.body ?? new Blob([]).stream();
}

/** All of a checkpoint's bytes, picked up where the line broke, compared with their SHA-256. */
export async function download(transport: Transport, checkpoint: Checkpoint, retries: number, signal?: AbortSignal): Promise<Blob> {
  const parts: Blob[] = [];
  let have = 0;
  for (let attempt = 0; have < checkpoint.file_size_bytes; ) {
    const before = have;
    try {
      // Not every browser iterates over a stream.
      const reader = (await open(transport, checkpoint, have, signal)).getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        parts.push(new Blob([next.value as Uint8Array<ArrayBuffer>]));
        have += next.value.length;
      }
    } catch (broken) {
      signal?.throwIfAborted();
      if (broken instanceof PIVOTError) throw broken;
    }
    if (have >= checkpoint.file_size_bytes) break;
    attempt = have > before ? 0 : attempt + 1;
    if (attempt > retries) {
      throw new PIVOTError(`${checkpoint.checkpoint_id}: the download broke off at byte ${have} of ${checkpoint.file_size_bytes}.`, { code: 'CONNECTION_FAILED' });
    }
    if (attempt > 0) await sleep(pause(attempt), signal);
  }
  const whole = new Blob(parts, { type: 'application/octet-stream' });
  const digest = hex(await crypto.subtle.digest('SHA-256', await whole.arrayBuffer()));
  if (digest !== checkpoint.sha256) {
    throw new PIVOTError(`${checkpoint.checkpoint_id}: what came down is not what was stored; its SHA-256 differs.`, { code: 'DIGEST_MISMATCH' });
  }
  return whole;
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
