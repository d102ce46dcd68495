import { pods } from '#api/core/v1/pod.ts';
import type { Pod, Toleration } from '#gen/core/v1.ts';
import type { AdmissionPlugin } from './admission.ts';
import { isAbout } from './refuse.ts';

const SECONDS = 300;
const KEYS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** A pod stays five minutes on a node that is lost, unless it says otherwise. */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: ['CREATE', 'UPDATE'],
  admit(request) {
    if (!isAbout(request, pods)) return;
    const pod = request.object as Pod;
    if (request.operation === 'UPDATE' && (request.oldObject as Pod).spec?.nodeName) return;
    const spec = (pod.spec ??= { containers: [] });
    const tolerations = spec.tolerations ?? [];
    const missing = KEYS.filter((key) => !tolerations.some((one) => tolerates(one, key)));
    const added = missing.map(
      (key): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }),
    );
    if (added.length > 0) spec.tolerations = [...tolerations, ...added];
  },
};

function tolerates({ key, effect }: Toleration, wanted: string): boolean {
  return (!key || key === wanted) && (!effect || effect === 'NoExecute');
}
