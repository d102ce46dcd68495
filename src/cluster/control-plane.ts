import { resources } from '#api/index.ts';
import type { UserInfo } from '#apimachinery/request.ts';
import { defaultAdmission } from '#apiserver/admission/index.ts';
import { inScope, quotaUsage } from '#apiserver/admission/quota-usage.ts';
import type { Authenticate } from '#apiserver/authentication/authenticate.ts';
import { authenticator } from '#apiserver/authentication/authenticator.ts';
import { jwtTokenIssuer } from '#apiserver/authentication/jwt-token-issuer.ts';
import { reviewToken } from '#apiserver/authentication/reviews.ts';
import { type ServiceAccountKeys, serviceAccountKeys } from '#apiserver/authentication/service-account-key.ts';
import { serviceAccountTokens } from '#apiserver/authentication/service-account-tokens.ts';
import type { Authorizer } from '#apiserver/authorization/authorizer.ts';
import { authorizerChain } from '#apiserver/authorization/chain.ts';
import { escalationAdmission } from '#apiserver/authorization/escalation-admission.ts';
import { BOOTSTRAP_HOOKS } from '#apiserver/bootstrap/hooks.ts';
import type { HealthCheck } from '#apiserver/http/health.ts';
import { strategies } from '#apiserver/registry/index.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/log.ts';
import type { Client } from '#client/client.ts';
import { createEventRecorder } from '#client/event-recorder-correlated.ts';
import { createClient } from '#client/in-process-client.ts';
import { createInformerSet, type TrackingInformerSet } from '#client/informer-set.ts';
import { controllers } from '#controllers/index.ts';
import type { CertificateSigningRequest } from '#gen/certificates/v1.ts';
import { controllerUser } from '#reconciler/controller-user.ts';
import { startControllers } from '#reconciler/engine.ts';
import { type Scheduler, startScheduler } from '#scheduler/scheduler.ts';
import { startCompactor } from '#storage/compactor.ts';
import type { StorageDriver } from '#storage/driver.ts';
import { ensureAddons } from './addons/index.ts';
import { type ClusterConfig, serviceAddress } from './config.ts';
import { identities } from './identities.ts';

export interface ControlPlaneOptions {
  readonly driver: StorageDriver;
  readonly config: Pick<ClusterConfig, 'name' | 'clusterCIDR' | 'serviceCIDR' | 'clusterDomain'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** PEM of the key that signs service account tokens. */
  readonly signingKeyPem: string;
  readonly rootCaPem: string;
  /** Signs approved certificate requests; without it they stay unsigned. */
  readonly signer?: ((csrPem: string, request: CertificateSigningRequest) => Promise<string>) | undefined;
  /** Where pods reach the API server; published as the endpoints of the `kubernetes` Service. */
  readonly addresses: readonly { readonly ip: string; readonly port: number }[];
  /** Folder on the nodes for volumes that are made on demand. */
  readonly volumesDir: string;
  /** Whether somebody removes the folders of released volumes; without real nodes nobody does. */
  readonly cleansVolumes: boolean;
}

/** API server, controllers and scheduler, all in this process and without a socket. */
export interface ControlPlane extends AsyncDisposable {
  readonly api: ApiServer;
  readonly authenticate: Authenticate;
  readonly authorizer: Authorizer;
  readonly keys: ServiceAccountKeys;
  readonly scheduler: Scheduler;
  /** The informers of scheduler and controllers, under the controller manager's identity. */
  readonly informers: TrackingInformerSet;
  /** One for each step of starting up, for `/readyz`. */
  readonly healthChecks: readonly HealthCheck[];
  clientAs(user: UserInfo, userAgent?: string): Client;
}

const ISSUER = (clusterDomain: string) => `https://kubernetes.default.svc.${clusterDomain}`;
const NODE_PORTS = [30_000, 32_767] as const;
const NODE_CIDR_BITS = 24;
/** Source: kube-controller-manager's --node-monitor-grace-period of 1.36. */
const NODE_MONITOR_GRACE_MS = 50_000;

/** @returns once the bootstrap objects exist; controllers and scheduler run by then. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { driver, config, clock, log, signingKeyPem } = options;
  await using stack = new AsyncDisposableStack();
  const keys = serviceAccountKeys(signingKeyPem);
  const issuer = ISSUER(config.clusterDomain);
  const late = lateParts();
  const api = stack.use(
    await createApiServer({
      driver,
      clock,
      log: log.child({ component: 'apiserver' }),
      resources,
      strategies,
      authorizer: (reader) => {
        late.authorizer = authorizerChain(reader);
        return late.authorizer;
      },
      admission: [...defaultAdmission({ authorizer: late.proxy }), escalationAdmission(late.proxy)],
      serviceCIDR: config.serviceCIDR,
      nodePortRange: NODE_PORTS,
      tokens: jwtTokenIssuer({ issuer, keys, clock }),
      reviewToken: (token, audiences) => reviewToken({ token, audiences: [...audiences] }, tokens),
    }),
  );
  const tokens = serviceAccountTokens({ issuer, keys, reader: api.reader, clock });
  stack.use(startCompactor({ driver, clock, log }));

  const clientAs = (user: UserInfo, userAgent = user.name) => createClient(api.handler, { user, userAgent });
  const { done, healthChecks } = startUpChecks();
  for (const hook of BOOTSTRAP_HOOKS) {
    const { handler } = api;
    await hook.run({ handler, serviceIP: serviceAddress(config.serviceCIDR, 1), addresses: options.addresses });
    done.add(hook.name);
  }
  await ensureAddons({
    client: clientAs(identities.admin),
    dnsAddress: serviceAddress(config.serviceCIDR, 10),
    volumesDir: options.volumesDir,
    cleansVolumes: options.cleansVolumes,
  });
  const { informers, scheduler } = startDeciders({ clientAs, stack, options });
  const owned = stack.move();
  return {
    api,
    authenticate: authenticator({ tokens }),
    authorizer: late.proxy,
    keys,
    scheduler,
    informers,
    healthChecks,
    clientAs,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Deciders {
  readonly clientAs: ControlPlane['clientAs'];
  readonly stack: AsyncDisposableStack;
  readonly options: ControlPlaneOptions;
}

function startDeciders({ clientAs, stack, options }: Deciders) {
  const { config, clock, log, rootCaPem } = options;
  const eventsOf = (client: Client, component: string) => createEventRecorder({ client, clock, log, component });
  const informers = stack.use(
    createInformerSet({ client: clientAs(identities.controllerManager, 'kube-controller-manager'), clock, log }),
  );
  const clientFor = (name: string) => clientAs(controllerUser(name), `kube-controller-manager/${name}`);
  stack.use(
    startControllers({
      controllers,
      clientFor,
      informers,
      clock,
      eventsFor: (name) => eventsOf(clientFor(name), name),
      log: log.child({ component: 'controllers' }),
      options: {
        clusterName: config.name,
        clusterCIDR: config.clusterCIDR,
        nodeCIDRMaskSize: NODE_CIDR_BITS,
        rootCaPem,
        nodeMonitorGraceMs: NODE_MONITOR_GRACE_MS,
        quota: { usage: quotaUsage, inScope },
        signer: options.signer,
      },
    }),
  );
  const client = clientAs(identities.scheduler, 'kube-scheduler');
  const schedulerInformers = stack.use(createInformerSet({ client, clock, log }));
  const scheduler = stack.use(
    startScheduler({
      client,
      informers: schedulerInformers,
      clock,
      events: eventsOf(client, 'default-scheduler'),
      log: log.child({ component: 'scheduler' }),
    }),
  );
  return { informers, scheduler };
}

/** Admission asks the authorizer, which is made over the server's reader, which comes with the server. */
function lateParts() {
  const late: { authorizer: Authorizer | undefined; readonly proxy: Authorizer } = {
    authorizer: undefined,
    proxy: {
      authorize: (asked) => late.authorizer?.authorize(asked) ?? { decision: 'noOpinion', reason: 'starting up' },
      rulesFor: (user, namespace) => late.authorizer?.rulesFor(user, namespace) ?? [],
    },
  };
  return late;
}

function startUpChecks() {
  const done = new Set<string>();
  const healthChecks = BOOTSTRAP_HOOKS.map(({ name }) => ({
    name,
    check: () => {
      if (!done.has(name)) throw new Error('not finished');
    },
  }));
  return { done, healthChecks };
}
