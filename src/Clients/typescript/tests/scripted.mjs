import http from 'node:http';
import { PIVOTClient } from '../dist/pivot-client.js';

/** A tiny server that answers what a test tells it to, and keeps what it was asked; a client of it comes along. */
export async function scripted(test, ...answers) {
  const asked = [];
  const server = http.createServer(async (request, response) => {
    const body = await collect(request);
    asked.push({ method: request.method, path: request.url, headers: request.headers, body });
    (answers.shift() ?? replying(500, { error: { code: 'SCRIPT', message: 'The script is over.' } }))(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  test.after(() => (server.closeAllConnections(), server.close()));
  const address = `http://127.0.0.1:${server.address().port}`;
  return { asked, answers, address, client: new PIVOTClient(address, { apiKey: 'key-1', transport: 'sse' }) };
}

async function collect(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Answers with JSON. */
export const replying = (status, body, headers = {}) => (response) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(status === 204 ? undefined : JSON.stringify(body));

/** Answers with a feed that ends, or breaks off, behind the text. */
export const feeding = (text, breaksOff = false) => (response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(text, () => (breaksOff ? response.destroy() : response.end()));
};

/** Answers nothing. */
export const hangingUp = (response) => response.destroy();

export const metrics = (id, epoch) => `id: ${id}\nevent: metrics\ndata: {"epoch": ${epoch}, "train_loss": 0.${epoch}}\n\n`;

export const status = (id, word) => `id: ${id}\nevent: ${['completed', 'failed'].includes(word) ? word : 'status'}\ndata: {"status": "${word}"}\n\n`;
