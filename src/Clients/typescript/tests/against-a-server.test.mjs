// The Training contract's example, and the rest of the client, against a running server: that of ESA_TEST_URL, with the key in ESA_API_KEY.
// The server reads its configurations from a folder with train.yaml, which is quick, and long.yaml, which is not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PIVOTClient, verifyWebhook } from '../dist/pivot-client.js';

const address = process.env.ESA_TEST_URL;
const skip = address ? false : 'ESA_TEST_URL names no server';
const client = new PIVOTClient(address ?? 'http://localhost');
const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

// The example of the Training contract's TypeScript client.
const example = `
import { PIVOTClient } from './pivot-client';

const client = new PIVOTClient('http://localhost:8000');

// Create and start session
const session = await client.createSession({
  config_path: 'configs/train.yaml',
  session_name: 'my_experiment'
});

await client.startTraining(session.session_id);

// Stream updates via WebSocket
client.streamMetrics(session.session_id, (metrics) => {
  console.log(\`Epoch \${metrics.epoch}: Loss \${metrics.val_loss}\`);
});
`;

async function external() {
  const session = await client.createSession({ trainer: 'external', session_name: 'mine', config: { epochs: 3 } });
  return (await client.startTraining(session.session_id)).session_id;
}

async function eventually(look) {
  for (const until = Date.now() + 20_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look();
    if (found) return found;
  }
  assert.fail('It did not come.');
}

async function temporary(t) {
  const folder = await mkdtemp(join(root, '.tests-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

test("The Training contract's example compiles and runs as printed, over both transports", { skip }, async (t) => {
  const folder = await temporary(t);
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'example.ts'), example.replace('./pivot-client', '../dist/pivot-client.js').replace('http://localhost:8000', address));
  await run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'), join(folder, 'example.ts'), '--strict', '--target', 'ES2022', '--module', 'NodeNext', '--lib', 'ES2022,DOM',
  ], { cwd: folder });
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ways = major >= 22 ? [['--no-experimental-websocket'], []] : minor >= 10 ? [[], ['--experimental-websocket']] : [[]];
  for (const way of ways) {
    const { stdout } = await run(process.execPath, [...way, join(folder, 'example.js')]);
    const lines = stdout.trim().split('\n');
    assert.deepEqual(lines.map((line) => line.replace(/Loss [\d.e-]+$/, 'Loss')), Array.from({ length: 8 }, (_, i) => `Epoch ${i + 1}: Loss`));
  }
});

test('A session is stopped and resumed, and whoever waits hears of it', { skip }, async () => {
  const { session_id } = await client.createSession({ config_path: 'long.yaml' });
  await client.startTraining(session_id);
  const epochs = [];
  await client.streamMetrics(session_id, (metrics) => {
    if (epochs.push(metrics.epoch) === 2) void client.stopTraining(session_id);
  }).done;
  assert.deepEqual(epochs, epochs.map((_, i) => i + 1));
  await assert.rejects(client.waitForCompletion(session_id), { code: 'SESSION_STOPPED' });
  assert.equal((await client.resumeTraining(session_id)).status, 'running');
  await assert.rejects(client.resumeTraining(session_id), { status: 409 });
  await client.stopTraining(session_id);
});

test('A feed is picked up anywhere', { skip }, async () => {
  const session = await external();
  await client.reportMetrics(session, [{ epoch: 1, val_loss: 1 }, { epoch: 2, val_loss: 0.5 }]);
  await client.reportMetrics(session, { epoch: 3, val_loss: 0.3 });
  await client.completeSession(session);
  const all = await list(client.streamEvents(session));
  assert.deepEqual(all.map((event) => event.name), ['status', 'status', 'metrics', 'metrics', 'completed']);
  for (const [place, event] of all.entries()) {
    assert.deepEqual(await list(client.streamEvents(session, { lastEventId: event.id })), all.slice(place + 1));
  }
  assert.equal((await client.waitForCompletion(session)).val_loss, 0.3);
  assert.deepEqual((await client.getMetricHistory(session, { metric_name: 'val_loss' })).values, [1, 0.5, 0.3]);
});

test('Checkpoints go up from disk and come down', { skip }, async (t) => {
  const [session, folder] = [await external(), await temporary(t)];
  await writeFile(join(folder, 'epoch_2.pth'), Buffer.alloc(3_000_000, 'checkpoint'));
  const file = await openAsBlob(join(folder, 'epoch_2.pth'));
  const saved = await client.uploadCheckpoint(session, 2, file, { metrics: { val_loss: 0.25 }, file_name: 'epoch_2.pth' });
  const [listed] = await client.listCheckpoints({ session_id: session });
  assert.deepEqual([listed.checkpoint_id, listed.metric_value, listed.is_best, listed.file_name], [saved.checkpoint_id, 0.25, true, 'epoch_2.pth']);
  assert.deepEqual(await (await client.downloadCheckpoint(saved.checkpoint_id)).arrayBuffer(), await file.arrayBuffer());
  let rest = 0;
  for await (const block of await client.openCheckpoint(saved.checkpoint_id, { from: 2_000_000 })) rest += block.length;
  assert.equal(rest, 1_000_000);
  await client.deleteCheckpoint(saved.checkpoint_id);
  await assert.rejects(client.getCheckpoint(saved.checkpoint_id), { status: 404 });
});

test('What is refused says why', { skip }, async () => {
  await assert.rejects(client.createSession({ config_path: 'configs/none.yaml' }), { code: 'VALIDATION_ERROR', status: 422, field: 'config_path' });
  await assert.rejects(new PIVOTClient(address, { apiKey: 'wrong' }).listSessions(), { status: 401 });
  await assert.rejects(client.streamMetrics('sess_00000000000000000000000000000000', () => undefined).done, { status: 404 });
});

test('An alert is raised, acknowledged and resolved', { skip }, async () => {
  const session = await external();
  const rule = await client.createAlertRule({ name: 'loss', metric: 'val_loss', condition: 'greater_than', threshold: 5, severity: 'high', session_id: session });
  await client.reportMetrics(session, { epoch: 1, val_loss: 9 });
  const alert = await eventually(async () => (await client.listAlerts({ status: 'active' })).find((one) => one.rule_id === rule.rule_id));
  assert.equal((await client.acknowledgeAlert(alert.alert_id, { acknowledged_by: 'user@example.com', notes: 'Investigating' })).status, 'acknowledged');
  assert.equal((await client.resolveAlert(alert.alert_id)).status, 'resolved');
  await client.deleteAlertRule(rule.rule_id);
});

test('A webhook is signed so that it can be verified, and there is a notification', { skip }, async (t) => {
  const messages = [];
  const receiver = http.createServer(async (request, response) => {
    messages.push({ headers: request.headers, body: (await list(request)).join('') });
    response.writeHead(204).end();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  t.after(() => (receiver.closeAllConnections(), receiver.close()));
  const webhook = await client.registerWebhook({ url: `http://127.0.0.1:${receiver.address().port}/hook`, events: ['training_completed'] });
  t.after(() => client.deleteWebhook(webhook.webhook_id));
  assert.equal((await client.testWebhook(webhook.webhook_id)).status_code, 204);
  const session = await external();
  await client.completeSession(session);
  await eventually(() => messages.length === 2);
  const told = await Promise.all(messages.map((one) => verifyWebhook(webhook.secret, one.headers, one.body)));
  assert.deepEqual([told[1].event, told[1].data.session_id], ['training_completed', session]);
  const notification = await eventually(async () => (await client.listNotifications({ type: 'training', unread: true })).find((one) => one.data.session_id === session));
  assert.equal((await client.markNotificationRead(notification.id)).read, true);
});

async function list(items) {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}
