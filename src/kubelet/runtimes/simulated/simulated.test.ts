import { silentLogger } from '#base/log.ts';
import { runtimeContract } from '../runtime.contract.ts';
import { simulatedRuntime } from './simulated.ts';

runtimeContract('simulated', async () => {
  const runtime = simulatedRuntime({ podCIDR: '10.244.7.0/24', log: silentLogger });
  return {
    runtime,
    image: 'busybox',
    cgroupRoot: '/none',
    exiting: (code, afterMs) => ({ command: ['sh', '-c', `sleep ${afterMs / 1000}; exit ${code}`] }),
    saying: (line) => ({ command: ['sh', '-c', `echo ${line}; sleep 1000`] }),
    dispose: async () => runtime[Symbol.asyncDispose](),
  };
});
