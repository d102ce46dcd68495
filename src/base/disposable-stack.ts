/**
 * AsyncDisposableStack for Node 22, which has `await using` by its compilers but not yet this class. Import it first in
 * an entry point. Source: TC39 proposal-explicit-resource-management.
 */
class OwnAsyncDisposableStack implements AsyncDisposableStack {
  #releases: (() => unknown)[] = [];
  #isDisposed = false;
  readonly [Symbol.toStringTag] = 'AsyncDisposableStack';

  get disposed(): boolean {
    return this.#isDisposed;
  }

  use<T extends AsyncDisposable | Disposable | null | undefined>(resource: T): T {
    if (resource) {
      this.defer(() =>
        Symbol.asyncDispose in resource ? resource[Symbol.asyncDispose]() : resource[Symbol.dispose](),
      );
    }
    return resource;
  }

  adopt<T>(value: T, release: (value: T) => PromiseLike<void> | void): T {
    this.defer(() => release(value));
    return value;
  }

  defer(release: () => PromiseLike<void> | void): void {
    if (this.#isDisposed) throw new ReferenceError('the stack has been disposed');
    this.#releases.push(release);
  }

  move(): AsyncDisposableStack {
    const heir = new OwnAsyncDisposableStack();
    heir.#releases = this.#releases;
    this.#releases = [];
    this.#isDisposed = true;
    return heir;
  }

  /** Releases in reverse order; all of them, whatever fails. @throws the first failure. */
  async disposeAsync(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    const failures: unknown[] = [];
    for (const release of this.#releases.reverse()) {
      try {
        await release();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disposeAsync();
  }
}

globalThis.AsyncDisposableStack ??= OwnAsyncDisposableStack;

export { OwnAsyncDisposableStack };
