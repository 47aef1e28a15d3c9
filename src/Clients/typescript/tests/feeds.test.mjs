import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PIVOTClient } from '../dist/pivot-client.js';
import { parse } from '../dist/feed.js';
import { feeding, hangingUp, metrics, replying, scripted, status } from './scripted.mjs';

async function epochsOf(client, options) {
  const epochs = [];
  await client.streamMetrics('sess_1', (one) => epochs.push(one.epoch), options).done;
  return epochs;
}

test('A feed is read as the standard says, however its bytes are cut', async () => {
  const text = ': comment\n\nid: 1\nevent: metrics\ndata: {"a":\ndata: "ä"}\n\ndata:{"b": 2}\r\n\r\nid: 3\ndata: {"cut": "off"}\n';
  for (const size of [1, 2, 7, 1000]) {
    const bytes = new TextEncoder().encode(text);
    const chunks = async function* () {
      for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
    };
    const events = [];
    for await (const event of parse(chunks())) events.push(event);
    assert.deepEqual(events, [{ id: '1', name: 'metrics', data: { a: 'ä' } }, { id: '1', name: 'message', data: { b: 2 } }]);
  }
});

test('Metrics come until the session is completed, with loss beside train_loss', async (t) => {
  const { client, asked } = await scripted(t, feeding(status(1, 'created') + metrics(2, 1) + ': keep-alive\n\n' + metrics(3, 2) + status(4, 'completed')));
  const seen = [];
  await client.streamMetrics('sess_1', (one) => seen.push(one)).done;
  assert.deepEqual(seen, [{ epoch: 1, train_loss: 0.1, loss: 0.1 }, { epoch: 2, train_loss: 0.2, loss: 0.2 }]);
  assert.deepEqual([asked[0].path, asked[0].headers.accept, asked[0].headers['x-api-key']], ['/api/v1/sse/training/sess_1', 'text/event-stream', 'key-1']);
});

test('A line that breaks is picked up after the last message', async (t) => {
  const { client, asked } = await scripted(
    t, feeding(metrics(2, 1) + metrics(3, 2) + 'id: 4\nevent: metrics\ndata: {"ep', true), hangingUp, feeding(metrics(4, 3)), replying(204));
  assert.deepEqual(await epochsOf(client), [1, 2, 3]);
  assert.deepEqual(asked.map((one) => one.headers['last-event-id']), [undefined, '3', '3', '4']);
});

test('A session that was stopped and resumed is followed on', async (t) => {
  const { client } = await scripted(
    t, feeding(metrics(2, 1) + status(3, 'stopped') + metrics(5, 2) + status(6, 'stopped') + metrics(7, 99)),
    replying(200, { status: 'running' }), replying(200, { status: 'stopped' }));
  assert.deepEqual(await epochsOf(client), [1, 2]);
});

test('A session that is not there, and a callback that throws, reject', async (t) => {
  const { client } = await scripted(t, replying(404, { error: { code: 'NOT_FOUND', message: 'No session.' } }), feeding(metrics(2, 1) + status(4, 'completed')));
  await assert.rejects(epochsOf(client), { code: 'NOT_FOUND' });
  await assert.rejects(client.streamMetrics('sess_1', () => { throw new RangeError('mine'); }).done, RangeError);
});

test('Whoever stops hears no more', async (t) => {
  const { client } = await scripted(t, (response) => response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(metrics(2, 1) + metrics(3, 2)));
  const seen = [];
  const following = client.streamMetrics('sess_1', (one) => {
    seen.push(one.epoch);
    following.stop();
  });
  await following.done;
  assert.deepEqual(seen, [1]);
});

test('Waiting gives the last metrics, or says why not', async (t) => {
  const { client, answers } = await scripted(
    t, replying(200, { status: 'running' }), feeding(status(3, 'completed')), replying(200, { status: 'completed' }), replying(200, { metrics: [{ epoch: 9 }] }));
  assert.deepEqual(await client.waitForCompletion('sess_1'), { epoch: 9 });
  answers.push(replying(200, { status: 'failed', error: 'The training diverged.' }));
  await assert.rejects(client.waitForCompletion('sess_1'), { code: 'SESSION_FAILED', message: 'The training diverged.' });
  answers.push(replying(200, { status: 'running' }), (response) => response.writeHead(200).write(metrics(2, 1)));
  await assert.rejects(client.waitForCompletion('sess_1', { timeout: 0.1 }), { code: 'TIMEOUT' });
});

class FakeSocket {
  static opened = [];
  constructor(address) {
    FakeSocket.opened.push(String(address));
    queueMicrotask(() => FakeSocket.script.shift()(this));
  }
  close() {}
}

test('Where there is a WebSocket it is used, and picked up; where it does not open, events come the other way', async (t) => {
  const { address } = await scripted(t);
  t.after(() => delete globalThis.WebSocket);
  globalThis.WebSocket = FakeSocket;
  const say = (socket, id, epoch) => socket.onmessage({ data: JSON.stringify({ event: 'metrics', id, epoch }) });
  FakeSocket.script = [
    (socket) => (socket.onopen(), say(socket, 2, 1), socket.onclose({ code: 1006 })),
    (socket) => (socket.onopen(), say(socket, 3, 2), socket.onclose({ code: 1000 })),
  ];
  assert.deepEqual(await epochsOf(new PIVOTClient(address, { apiKey: 'k&1' })), [1, 2]);
  const base = `${address.replace('http', 'ws')}/api/v1/ws/training/sess_1?api_key=k%261`;
  assert.deepEqual(FakeSocket.opened, [base, `${base}&last_event_id=2`]);

  FakeSocket.script = [(socket) => socket.onclose({ code: 1006 })];
  const other = await scripted(t, feeding(metrics(2, 1) + status(4, 'completed')));
  assert.deepEqual(await epochsOf(new PIVOTClient(other.address)), [1]);

  FakeSocket.script = [(socket) => socket.onclose({ code: 1006 })];
  const refusing = await scripted(t, replying(404, { error: { code: 'NOT_FOUND' } }));
  await assert.rejects(epochsOf(new PIVOTClient(refusing.address, { transport: 'websocket' })), { code: 'NOT_FOUND' });
});

test('Whoever has heard enough leaves no line open', async (t) => {
  let gone;
  const { client } = await scripted(t, (response) => {
    gone = new Promise((resolve) => response.on('close', resolve));
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(metrics(2, 1));
  });
  for await (const event of client.streamEvents('sess_1')) {
    assert.equal(event.id, '2');
    break;
  }
  await gone;
});
