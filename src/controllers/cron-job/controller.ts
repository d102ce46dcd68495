import { cronJobs } from '#api/batch/v1/cron-job.ts';
import { jobs } from '#api/batch/v1/job.ts';
import { controllerOf } from '#apimachinery/object.ts';
import { isAlreadyExists, isNotFound } from '#apimachinery/status.ts';
import type { CronJob, CronJobStatus, Job } from '#gen/batch/v1.ts';
import type { ObjectReference } from '#gen/core/v1.ts';
import type { ControllerDeps, ControllerFactory, ReconcileRequest, ReconcileResult } from '#reconciler/controller.ts';
import { enqueueOwner, enqueueSelf } from '#reconciler/mappings.ts';
import { isNamespaceGoing } from '#reconciler/namespace-going.ts';
import { writeStatus } from '#reconciler/status-update.ts';
import { timestamp } from '#reconciler/time.ts';
import { dueRun, untilNextMs } from './due.ts';
import { endOf, jobFor, jobName, planHistory } from './jobs.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import { localTimeZone, type TimeZone, timeZone } from './time-zone.ts';

/** Source: kubernetes pkg/controller/cronjob/cronjob_controllerv2.go. */
export const cronJobController: ControllerFactory = (deps) => ({
  name: 'cronjob-controller',
  watches: [enqueueSelf(cronJobs), enqueueOwner(jobs, 'CronJob')],
  reconcile: (request) => reconcile(deps, request),
});

/** One pass: what is stored, and the status it will get. */
interface Pass {
  readonly deps: ControllerDeps;
  readonly cronJob: CronJob;
  readonly owned: readonly Job[];
  readonly signal: AbortSignal;
  status: CronJobStatus;
}

async function reconcile(deps: ControllerDeps, { key, signal }: ReconcileRequest): Promise<ReconcileResult> {
  const cronJob = deps.informers.for(cronJobs).get(key);
  if (!cronJob) return;
  const { namespace, uid } = cronJob.metadata;
  const around = deps.informers.for(jobs).list(namespace);
  const owned = around.filter((job) => controllerOf(job)?.uid === uid);
  const pass: Pass = { deps, cronJob, owned, signal, status: { ...cronJob.status } };
  await noteEnded(pass);
  try {
    return cronJob.metadata.deletionTimestamp ? undefined : await runDue(pass);
  } finally {
    if (!signal.aborted) {
      for (const job of planHistory(cronJob, owned)) await removeJob(pass, job);
      await writeStatus(deps.client, { resource: cronJobs, object: cronJob, status: pass.status, signal });
    }
  }
}

const tell = ({ deps, cronJob }: Pass, type: 'Normal' | 'Warning', [reason, message]: [string, string]): void =>
  deps.events.event(cronJob, { type, reason, message });

const isActive = ({ status }: Pass, uid: string | undefined): boolean =>
  status.active?.some((each) => each.uid === uid) === true;

function forget(pass: Pass, uid: string | undefined): void {
  const active = pass.status.active?.filter((each) => each.uid !== uid);
  pass.status = { ...pass.status, active: active?.length ? active : undefined };
}

/** Takes ended and vanished jobs off the list of active ones. */
async function noteEnded(pass: Pass): Promise<void> {
  for (const job of pass.owned) {
    const { uid, name } = job.metadata;
    const end = endOf(job);
    if (!isActive(pass, uid) && !end)
      tell(pass, 'Warning', ['UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`]);
    if (isActive(pass, uid) && end) {
      forget(pass, uid);
      tell(pass, 'Normal', ['SawCompletedJob', `Saw completed job: ${name}, condition: ${end}`]);
    }
    const done = end === 'Complete' ? job.status?.completionTime : undefined;
    if (done && done > (pass.status.lastSuccessfulTime ?? ''))
      pass.status = { ...pass.status, lastSuccessfulTime: done };
  }
  const known = new Set(pass.owned.map(({ metadata }) => metadata.uid));
  for (const active of pass.status.active ?? []) if (!known.has(active.uid ?? '')) await noteMissing(pass, active);
}

/** The informers may lag; the server knows. */
async function noteMissing(pass: Pass, { name = '', namespace = '', uid }: ObjectReference): Promise<void> {
  try {
    await pass.deps.client.get(jobs, { namespace, name }, { signal: pass.signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    tell(pass, 'Normal', ['MissingJob', `Active job went missing: ${name}`]);
    forget(pass, uid);
  }
}

/** Without a result the schedule cannot be read; the user has been told. */
function scheduleOf(pass: Pass): { schedule: Schedule; zone: TimeZone } | undefined {
  const { schedule, timeZone: zoneName } = pass.cronJob.spec;
  let zone: TimeZone;
  try {
    zone = zoneName ? timeZone(zoneName) : localTimeZone();
  } catch {
    const name = JSON.stringify(zoneName);
    tell(pass, 'Warning', ['UnknownTimeZone', `invalid timeZone: ${name}: unknown time zone ${zoneName}`]);
    return undefined;
  }
  try {
    return { schedule: parseSchedule(schedule, zone), zone };
  } catch (error) {
    const why = (error as Error).message;
    tell(pass, 'Warning', ['UnparseableSchedule', `unparseable schedule: ${JSON.stringify(schedule)} : ${why}`]);
    return undefined;
  }
}

async function runDue(pass: Pass): Promise<ReconcileResult> {
  const { cronJob, deps } = pass;
  if (cronJob.spec.suspend) return;
  const read = scheduleOf(pass);
  if (!read) return;
  const nowMs = deps.clock.now();
  const { scheduledMs, missed, isTooMany } = dueRun(cronJob, read.schedule, nowMs);
  const waitMs = untilNextMs(cronJob, read.schedule, nowMs);
  const later = waitMs === undefined ? undefined : { requeueAfterMs: waitMs };
  if (isTooMany) {
    const advice = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    tell(pass, 'Warning', ['TooManyMissedTimes', `too many missed start times: ${missed}. ${advice}`]);
  }
  if (scheduledMs === undefined || isSettled(pass, scheduledMs, nowMs)) return later;
  if (cronJob.spec.concurrencyPolicy === 'Forbid' && pass.status.active?.length) {
    const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    tell(pass, 'Normal', ['JobAlreadyActive', why]);
    return later;
  }
  if (cronJob.spec.concurrencyPolicy === 'Replace') await replaceActive(pass);
  await start(pass, scheduledMs, read.zone);
  return later;
}

/** Whether that run has been started already, or comes too late. */
function isSettled(pass: Pass, scheduledMs: number, nowMs: number): boolean {
  const { spec, status } = pass.cronJob;
  if (spec.startingDeadlineSeconds !== undefined && scheduledMs + spec.startingDeadlineSeconds * 1000 < nowMs) {
    tell(pass, 'Warning', ['MissSchedule', `Missed scheduled time to start a job: ${rfc1123(scheduledMs)}`]);
    return true;
  }
  const name = jobName(pass.cronJob, scheduledMs);
  return (
    pass.status.active?.some((each) => each.name === name) === true ||
    Date.parse(status?.lastScheduleTime ?? '') === scheduledMs
  );
}

/** `Mon, 02 Jan 2006 15:04:05 +0000` */
const rfc1123 = (epochMs: number): string => new Date(epochMs).toUTCString().replace('GMT', '+0000');

async function replaceActive(pass: Pass): Promise<void> {
  for (const { uid } of pass.status.active ?? []) {
    const job = pass.owned.find(({ metadata }) => metadata.uid === uid);
    if (job) await removeJob(pass, job);
    else forget(pass, uid);
  }
}

async function removeJob(pass: Pass, { metadata }: Job): Promise<void> {
  const { name, namespace = '', uid } = metadata;
  try {
    await pass.deps.client.delete(
      jobs,
      { namespace, name },
      { propagationPolicy: 'Background', preconditions: { uid }, signal: pass.signal },
    );
    tell(pass, 'Normal', ['SuccessfulDelete', `Deleted job ${name}`]);
  } catch (error) {
    if (!isNotFound(error)) {
      tell(pass, 'Warning', ['FailedDelete', `Deleted job: ${(error as Error).message}`]);
      throw error;
    }
  }
  forget(pass, uid);
}

async function start(pass: Pass, scheduledMs: number, zone: TimeZone): Promise<void> {
  const { cronJob, deps, signal } = pass;
  const wanted = jobFor(cronJob, scheduledMs, zone);
  let job: Job;
  try {
    job = await deps.client.create(jobs, wanted, { signal });
    tell(pass, 'Normal', ['SuccessfulCreate', `Created job ${job.metadata.name}`]);
  } catch (error) {
    if (isNamespaceGoing(error)) return;
    if (!isAlreadyExists(error)) {
      tell(pass, 'Warning', ['FailedCreate', `Error creating job: ${(error as Error).message}`]);
      throw error;
    }
    job = await ownRun(pass, wanted.metadata.name ?? '', error);
  }
  const { name, namespace, uid, resourceVersion } = job.metadata;
  const reference = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
  const others = (pass.status.active ?? []).filter((each) => each.uid !== uid);
  pass.status = {
    ...pass.status,
    ...(!endOf(job) && { active: [...others, reference] }),
    lastScheduleTime: timestamp(scheduledMs),
  };
}

/** A run that was started before, without its being noted. @throws `error` where the name is a stranger's. */
async function ownRun({ cronJob, deps, signal }: Pass, name: string, error: unknown): Promise<Job> {
  const taken = await deps.client.get(jobs, { namespace: cronJob.metadata.namespace ?? '', name }, { signal });
  if (controllerOf(taken)?.uid !== cronJob.metadata.uid) throw error;
  return taken;
}
