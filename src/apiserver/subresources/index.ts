import type { TokenIssuer } from '../authentication/token-issuer.ts';
import { approval } from './approval.ts';
import { binding } from './binding.ts';
import { attach, exec, log, portForward } from './connect-pod.ts';
import { eviction } from './eviction.ts';
import { finalize } from './finalize.ts';
import { ephemeralContainers, resize } from './pod-parts.ts';
import { nodeProxy, podProxy, serviceProxy } from './proxy.ts';
import { scale } from './scale.ts';
import { status } from './status.ts';
import type { SubresourceHandler } from './subresource.ts';
import { token } from './token.ts';

/** Every subresource that the server serves. A new one is one file and one line here. */
export function subresources(options: { tokens?: TokenIssuer | undefined }): readonly SubresourceHandler[] {
  return [
    status,
    scale,
    finalize,
    binding,
    eviction,
    ephemeralContainers,
    resize,
    log,
    exec,
    attach,
    portForward,
    podProxy,
    serviceProxy,
    nodeProxy,
    approval,
    ...(options.tokens ? [token(options.tokens)] : []),
  ];
}
