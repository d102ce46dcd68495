import { invariant } from '#base/invariant.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

/** All plugins in order: first those that change, and, once the object stands, those that judge. */
export interface AdmissionChain {
  admit(request: AdmissionRequest): Promise<void>;
  validate(request: AdmissionRequest): Promise<void>;
}

export function admissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  invariant(new Set(plugins.map(({ name }) => name)).size === plugins.length, 'admission plugins have unique names');
  const run = async (step: 'admit' | 'validate', request: AdmissionRequest) => {
    for (const plugin of plugins) {
      if (!plugin.handles.includes(request.operation)) continue;
      // Awaited only where a plugin answers with a promise: most are plain checks.
      const answer = plugin[step]?.(request);
      if (answer) await answer;
    }
  };
  return { admit: (request) => run('admit', request), validate: (request) => run('validate', request) };
}
