import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { verifyWebhook } from '../dist/pivot-client.js';
import { replying, scripted } from './scripted.mjs';

const content = randomBytes(1_000_000);
const checkpoint = { checkpoint_id: 'ckpt_1', file_size_bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
const sending = (bytes, from = 0, to = bytes.length) => (response) => {
  response.writeHead(from ? 206 : 200, { 'Content-Length': bytes.length - from, ...(from ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}) });
  response.write(bytes.subarray(from, to), () => (to < bytes.length ? response.destroy() : response.end()));
};

test('A download goes on where it broke off', async (t) => {
  const { client, asked, answers } = await scripted(t, replying(200, checkpoint), sending(content, 0, 300_000));
  const downloading = client.downloadCheckpoint('ckpt_1');
  // The client alone knows how much of a broken line has come.
  answers.push((response) => sending(content, Number(asked.at(-1).headers.range.match(/\d+/)[0]))(response));
  const blob = await downloading;
  assert.ok(Buffer.from(await blob.arrayBuffer()).equals(content));
  assert.match(asked[2].headers.range, /^bytes=\d+-$/);
  assert.equal(asked[2].headers['if-range'], `"${checkpoint.sha256}"`);
});

test('Other bytes than those that were stored are refused', async (t) => {
  const { client } = await scripted(t, replying(200, checkpoint), sending(Buffer.from(content).reverse()));
  await assert.rejects(client.downloadCheckpoint('ckpt_1'), { code: 'DIGEST_MISMATCH' });
});

test('An upload is a form with its file last', async (t) => {
  const { client, asked } = await scripted(t, replying(201, { checkpoint_id: 'ckpt_1' }));
  await client.uploadCheckpoint('sess_1', 50, new Blob([content]), { metrics: { val_loss: 0.25 }, file_name: 'model.pth' });
  const form = await new Response(asked[0].body, { headers: { 'Content-Type': asked[0].headers['content-type'] } }).formData();
  assert.deepEqual([...form.keys()], ['session_id', 'epoch', 'metrics', 'file']);
  assert.deepEqual([form.get('session_id'), form.get('epoch'), form.get('metrics'), form.get('file').name, form.get('file').size], ['sess_1', '50', '{"val_loss":0.25}', 'model.pth', content.length]);
});

// The example of the specification, https://github.com/standard-webhooks/standard-webhooks
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = '{"test": 2432232314}';
const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' };
const now = 1614265330;

test("The specification's example of a webhook is genuine, and so is one with another secret's signature beside it", async () => {
  assert.deepEqual(await verifyWebhook(secret, headers, body, { now }), { test: 2432232314 });
  const both = new Headers({ ...headers, 'Webhook-Signature': `v1,AAAA v1,%% ${headers['webhook-signature']}` });
  assert.deepEqual(await verifyWebhook(secret, both, Buffer.from(body), { now }), { test: 2432232314 });
  const signature = createHmac('sha256', 'your_webhook_secret').update(`m.${now}.${body}`).digest('base64');
  await verifyWebhook('your_webhook_secret', { 'webhook-id': 'm', 'webhook-timestamp': String(now), 'webhook-signature': `v1,${signature}` }, body, { now });
});

test('A webhook that is forged, old or incomplete is refused', async () => {
  for (const [change, said, at, field] of [
    [{}, `${body} `, now, 'webhook-signature'], [{ 'webhook-id': 'other' }, body, now, 'webhook-signature'], [{ 'webhook-signature': 'v1,' }, body, now, 'webhook-signature'],
    [{ 'webhook-signature': '' }, body, now, 'webhook-signature'], [{}, body, now + 301, 'webhook-timestamp'], [{ 'webhook-timestamp': 'soon' }, body, now, 'webhook-timestamp'],
  ]) {
    await assert.rejects(verifyWebhook(secret, { ...headers, ...change }, said, { now: at }), { code: 'WEBHOOK_INVALID', field });
  }
});
