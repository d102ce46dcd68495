import { type PluginFactory, skip, success, unschedulable } from '../framework.ts';
import { hostPortsOf, isTaken } from '../node-info.ts';

/** Two pods cannot hold one port of a node. */
export const nodePorts: PluginFactory = () => ({
  name: 'NodePorts',
  eventsToRegister: [
    { resource: 'pods', actions: ['delete'] },
    { resource: 'nodes', actions: ['add', 'update'] },
  ],
  preFilter: (_, pod) => ({ status: hostPortsOf(pod).length > 0 ? success : skip }),
  filter: (_, pod, node) =>
    hostPortsOf(pod).some((port) => isTaken(node, port))
      ? unschedulable("node(s) didn't have free ports for the requested pod ports")
      : success,
});
