import type { KubeObject } from '#apimachinery/object.ts';
import type { Resource } from '#apimachinery/resource.ts';
import type { InformerChange } from '#client/informer.ts';

export interface GraphNode {
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** Who owns whom, by uid, across all kinds; follows the informers. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** What names `uid` among its owners; known even where that owner itself was never seen. */
  dependentsOf(uid: string): GraphNode[] {
    const found = [...(this.#dependents.get(uid) ?? [])].map((each) => this.#nodes.get(each));
    return found.filter((node) => node !== undefined);
  }

  take(resource: Resource, change: InformerChange<KubeObject>): void {
    const { uid } = change.object.metadata;
    const before = this.#nodes.get(uid);
    for (const owner of ownersOf(before?.object)) this.#unlink(owner, uid);
    if (change.type === 'remove') {
      this.#nodes.delete(uid);
      return;
    }
    this.#nodes.set(uid, { resource, object: change.object });
    for (const owner of ownersOf(change.object)) {
      const set = this.#dependents.get(owner) ?? new Set<string>();
      this.#dependents.set(owner, set.add(uid));
    }
  }

  #unlink(owner: string, uid: string): void {
    const set = this.#dependents.get(owner);
    set?.delete(uid);
    if (set?.size === 0) this.#dependents.delete(owner);
  }
}

export const ownersOf = (object: KubeObject | undefined): string[] =>
  (object?.metadata.ownerReferences ?? []).map(({ uid }) => uid);
