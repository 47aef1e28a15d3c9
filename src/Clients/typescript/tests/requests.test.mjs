import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PIVOTClient, PIVOTError } from '../dist/pivot-client.js';
import { hangingUp, replying, scripted } from './scripted.mjs';

const session = { session_id: 'sess_1', status: 'created' };

test('A session is created with the documented fields and the key', async (t) => {
  const { client, asked } = await scripted(t, replying(201, session));

  const created = await client.createSession({ config_path: 'configs/train.yaml', session_name: 'my_experiment' });

  assert.equal(created.session_id, 'sess_1');
  assert.deepEqual([asked[0].method, asked[0].path, asked[0].headers['x-api-key']], ['POST', '/api/v1/training/sessions', 'key-1']);
  assert.deepEqual(JSON.parse(asked[0].body), { config_path: 'configs/train.yaml', session_name: 'my_experiment' });
});

test('An address may end with the prefix of the API, and must be one', async (t) => {
  const { address, asked, answers } = await scripted(t);
  for (const end of ['', '/', '/api/v1', '/api/v1/']) {
    answers.push(replying(200, session));
    await new PIVOTClient(address + end).getSession('sess_1');
  }
  assert.deepEqual([...new Set(asked.map((one) => one.path))], ['/api/v1/training/sessions/sess_1']);
  assert.throws(() => new PIVOTClient('localhost:8000'), TypeError);
});

test('A refusal names code, field and expectation', async (t) => {
  const { client } = await scripted(t, replying(422, { error: { code: 'VALIDATION_ERROR', message: 'config_path: field required.', details: { field: 'config_path', expected: 'a YAML file' } } }, { 'X-Request-ID': 'req_1' }));

  const error = await client.createSession({}).catch((caught) => caught);

  assert.ok(error instanceof PIVOTError);
  assert.deepEqual(
    [error.message, error.code, error.status, error.field, error.expected, error.requestId],
    ['config_path: field required.', 'VALIDATION_ERROR', 422, 'config_path', 'a YAML file', 'req_1']);
});

test('Whoever asks too often waits as long as the server says, but not an hour', async (t) => {
  const { client, asked, answers } = await scripted(t, replying(429, {}, { 'Retry-After': '0' }), replying(200, session));
  await client.startTraining('sess_1');
  assert.equal(asked.length, 2);
  answers.push(replying(429, {}, { 'Retry-After': '3600' }));
  await assert.rejects(client.getSession('sess_1'), { status: 429, retryAfter: 3600 });
});

test('A broken line is tried again where nothing can happen twice', async (t) => {
  const { client, asked, answers } = await scripted(t, hangingUp, replying(200, session));
  await client.getSession('sess_1');
  answers.push(hangingUp, replying(200, session));
  await assert.rejects(client.startTraining('sess_1'), { code: 'CONNECTION_FAILED' });
  answers[0] = hangingUp;
  answers.push(replying(201, { recorded: 1 }));
  await client.reportMetrics('sess_1', { epoch: 1, val_loss: 0.5 });
  assert.deepEqual(JSON.parse(asked.at(-1).body), { epoch: 1, val_loss: 0.5 });
});

test('An id cannot lead to another path, and a redirect does not carry the key away', async (t) => {
  const { client, asked } = await scripted(t, replying(404, {}), replying(302, {}, { Location: 'http://elsewhere.example/' }));
  await assert.rejects(client.getSession('../alerts?x=1'), { status: 404 });
  assert.equal(asked[0].path, '/api/v1/training/sessions/..%2Falerts%3Fx%3D1');
  await assert.rejects(client.deleteCheckpoint('..'), { field: 'id' });
  await assert.rejects(client.startTraining('sess_1'), { code: 'CONNECTION_FAILED' });
});

test('Filters become query parameters', async (t) => {
  const { client, asked } = await scripted(t, replying(200, { notifications: [] }), replying(200, { alerts: [] }));
  await client.listNotifications({ type: 'training', unread: true });
  await client.listAlerts({ status: 'active', severity: 'high' });
  assert.deepEqual(asked.map((one) => one.path), ['/api/v1/notifications?type=training&unread=true', '/api/v1/alerts?status=active&severity=high']);
});
