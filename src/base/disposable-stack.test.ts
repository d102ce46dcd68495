import { describe, expect, it } from 'vitest';
import { OwnAsyncDisposableStack } from './disposable-stack.ts';

describe.each([
  ['ours', OwnAsyncDisposableStack],
  ["Node's", AsyncDisposableStack],
])('AsyncDisposableStack, %s', (_, Stack) => {
  it('releases in reverse order, asynchronous and plain alike', async () => {
    const order: string[] = [];
    const stack = new Stack();
    stack.use({ [Symbol.asyncDispose]: async () => void order.push('async') });
    stack.use({ [Symbol.dispose]: () => void order.push('plain') });
    stack.defer(() => void order.push('deferred'));
    stack.adopt('adopted', (value) => void order.push(value));
    stack.use(undefined);
    await stack.disposeAsync();
    await stack.disposeAsync();
    expect(order).toEqual(['adopted', 'deferred', 'plain', 'async']);
    expect(stack.disposed).toBe(true);
  });

  it('hands everything over when moved', async () => {
    const order: string[] = [];
    const stack = new Stack();
    stack.defer(() => void order.push('released'));
    const heir = stack.move();
    await stack.disposeAsync();
    expect(order).toEqual([]);
    await heir.disposeAsync();
    expect(order).toEqual(['released']);
    expect(() => stack.defer(() => {})).toThrow(ReferenceError);
  });

  it('releases all, whatever fails, and then says so', async () => {
    const order: string[] = [];
    const stack = new Stack();
    stack.defer(() => void order.push('first'));
    stack.defer(() => {
      throw new Error('stuck');
    });
    await expect(stack.disposeAsync()).rejects.toThrow('stuck');
    expect(order).toEqual(['first']);
  });
});
