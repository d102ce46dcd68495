/**
 * A host for tests, run as a process inside a network namespace. It answers TCP and UDP on its ports with
 * `<name> <the client's address>`, and dials on command: one JSON line in, one line out.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [name = '', ...ports] = process.argv.slice(2);

for (const port of ports.map(Number)) {
  createServer((socket) => {
    socket.on('error', () => {});
    socket.end(`${name} ${socket.remoteAddress?.replace('::ffff:', '')}`);
  }).listen(port, '0.0.0.0');
  const udp = createSocket('udp4');
  udp.on('message', (_message, from) => udp.send(`${name} ${from.address}`, from.port, from.address));
  udp.bind(port);
}

interface Dial {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  /** UDP: the port to send from, so that one flow can be continued. */
  readonly fromPort?: number;
}

function dialTcp({ address, port }: Dial): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect({ host: address, port, family: 4 });
    socket.setTimeout(700, () => {
      resolve('timeout');
      socket.destroy();
    });
    socket.on('data', (chunk) => {
      got += chunk.toString();
    });
    socket.on('end', () => resolve(got));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
}

function dialUdp({ address, port, fromPort }: Dial): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (result: string) => {
      clearTimeout(timer);
      socket.close(() => resolve(result));
    };
    const timer = setTimeout(() => finish('timeout'), 700);
    socket.on('message', (message) => finish(message.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? 'error'));
    socket.bind(fromPort ?? 0, () => socket.connect(port, address, () => socket.send('?')));
  });
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const dial = JSON.parse(line) as Dial;
    void (dial.protocol === 'tcp' ? dialTcp(dial) : dialUdp(dial)).then((result) =>
      process.stdout.write(`${result}\n`),
    );
  })
  .on('close', () => process.exit(0));
process.stdout.write('ready\n');
