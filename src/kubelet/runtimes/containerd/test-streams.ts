/**
 * Port-forward and attach from inside a node's network namespace, where containerd's streaming server listens. A test
 * starts it there with `<socket> <sandbox> <container> <port> <closed port> <container with stdinOnce>`; it prints what it saw as JSON.
 */
import { silentLogger } from '#base/log.ts';
import { eventually } from '#base/wait.ts';
import { containerdRuntime } from './containerd.ts';

const [socket = '', sandboxId = '', containerId = '', port = '', closedPort = '', onceId = ''] = process.argv.slice(2);
await using runtime = containerdRuntime({ socket, log: silentLogger });

async function request(toPort: number): Promise<string> {
  const connection = await runtime.streams.portForward(sandboxId, toPort);
  connection.write('GET / HTTP/1.0\r\n\r\n');
  let answer = '';
  for await (const chunk of connection) answer += String(chunk);
  return answer;
}

const forwarded = await eventually(() => request(Number(port)).then((answer) => answer || undefined));
const refused = await request(Number(closedPort)).then(
  (answer) => `answered: ${answer}`,
  (error: unknown) => String(error),
);

const everything = { stdin: true, stdout: true, stderr: true, tty: false };
const attached = await runtime.streams.attach(containerId, everything);
let seen = '';
attached.stdout?.on('data', (chunk: Buffer) => {
  seen += chunk.toString();
});
attached.stdin?.write('ping\n');
await eventually(() => seen.includes('got ping\n'));
await attached[Symbol.asyncDispose]();

const again = await runtime.streams.attach(containerId, everything);
let later = '';
again.stdout?.on('data', (chunk: Buffer) => {
  later += chunk.toString();
});
again.stdin?.write('pong\n');
await eventually(() => later.includes('got pong\n'));
await again[Symbol.asyncDispose]();

const once = await runtime.streams.attach(onceId, everything);
let atEnd = '';
once.stdout?.on('data', (chunk: Buffer) => {
  atEnd += chunk.toString();
});
once.stdin?.end('last\n');
await once.exited;

process.stdout.write(JSON.stringify({ forwarded, refused, seen, later, atEnd }));
