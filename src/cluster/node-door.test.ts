import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '#base/log.ts';
import { openNodeDoor, throughNodeDoor } from './node-door.ts';

let folder: string;
let door: AsyncDisposable;
let echo: Server;
const path = () => joinPath(folder, 'door.sock');
const port = () => (echo.address() as { port: number }).port;

beforeEach(async () => {
  folder = await mkdtemp(joinPath(tmpdir(), 'timonel-door-'));
  door = await openNodeDoor({ path: path(), log: silentLogger });
  echo = createServer({ allowHalfOpen: true }, (socket) => void socket.pipe(socket));
  await new Promise<void>((resolve) => void echo.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  echo.close();
  await rm(folder, { recursive: true });
});

describe('the door into a node', () => {
  it('passes bytes both ways, and a half close', async () => {
    const socket = await throughNodeDoor(path(), { host: '127.0.0.1', port: port() });
    const big = 'x'.repeat(1_000_000);
    socket.end(big);
    expect(await text(socket)).toBe(big);
  });

  it('says when nothing listens behind it', async () => {
    const closed = port();
    echo.close();
    await expect(throughNodeDoor(path(), { host: '127.0.0.1', port: closed })).rejects.toThrow('connection refused');
  });

  it('opens again on the socket that a crash left behind', async () => {
    const again = await openNodeDoor({ path: path(), log: silentLogger });
    const socket = await throughNodeDoor(path(), { host: '127.0.0.1', port: port() });
    socket.end('hello');
    expect(await text(socket)).toBe('hello');
    await again[Symbol.asyncDispose]();
  });
});
