/** Entry of the reference of `isobar bench tables`: an HTTP server that takes the same requests, parses their JSON, keeps nothing and answers, in a process of its own as the lab is. */
import { createServer } from 'node:http';
import { parentPort } from '../parent-port.ts';

const ANSWER = '{"UnprocessedItems":{}}';

const server = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    JSON.parse(Buffer.concat(parts).toString('utf8'));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': ANSWER.length });
    response.end(ANSWER);
  });
});

const port = parentPort();
port.onClose(() => process.exit(0));
port.onMessage(() => {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    port.post({ port: typeof address === 'object' ? address?.port : undefined });
  });
});
