import { keyOf } from '#apimachinery/object.ts';
import type { Node, Pod } from '#gen/core/v1.ts';
import type { Snapshot } from './framework.ts';
import { NodeInfo } from './node-info.ts';

/**
 * Nodes with the pods on them, kept current by events. A pod that was just given a node is assumed there at once, until
 * the API says so too or the binding fails.
 */
export class SchedulerCache implements Snapshot {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Node of each pod, by pod key. */
  readonly #placed = new Map<string, { nodeName: string; assumed: boolean }>();
  /** Pods whose node is not known (yet). */
  readonly #homeless = new Map<string, Map<string, Pod>>();
  #list: readonly NodeInfo[] | undefined;

  get nodes(): readonly NodeInfo[] {
    this.#list ??= [...this.#nodes.values()];
    return this.#list;
  }

  get(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  setNode(node: Node): void {
    const { name } = node.metadata;
    const known = this.#nodes.get(name);
    const info = known ? known.withNode(node) : new NodeInfo(node);
    for (const pod of this.#homeless.get(name)?.values() ?? []) info.addPod(pod);
    this.#homeless.delete(name);
    this.#nodes.set(name, info);
    this.#list = undefined;
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info && info.pods.size > 0) this.#homeless.set(name, new Map(info.pods));
    this.#nodes.delete(name);
    this.#list = undefined;
  }

  /** A pod that has its node, as the API shows it. */
  setPod(pod: Pod): void {
    this.removePod(keyOf(pod));
    this.#place(pod, pod.spec.nodeName ?? '', false);
  }

  removePod(key: string): void {
    const placed = this.#placed.get(key);
    if (!placed) return;
    this.#placed.delete(key);
    this.#nodes.get(placed.nodeName)?.removePod(key);
    this.#homeless.get(placed.nodeName)?.delete(key);
  }

  assume(pod: Pod, nodeName: string): void {
    this.#place(pod, nodeName, true);
  }

  /** Takes an assumption back; a pod that the API has placed meanwhile stays. */
  forget(key: string): void {
    if (this.#placed.get(key)?.assumed) this.removePod(key);
  }

  #place(pod: Pod, nodeName: string, assumed: boolean): void {
    this.#placed.set(keyOf(pod), { nodeName, assumed });
    const info = this.#nodes.get(nodeName);
    if (info) return info.addPod(pod);
    const waiting = this.#homeless.get(nodeName) ?? new Map<string, Pod>();
    this.#homeless.set(nodeName, waiting.set(keyOf(pod), pod));
  }
}
