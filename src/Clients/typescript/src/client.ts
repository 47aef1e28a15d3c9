import * as checkpoints from './checkpoints.js';
import { PIVOTError } from './errors.js';
import { follow, type FollowOptions } from './feed.js';
import type { Alert, AlertRule, Checkpoint, MetricHistory, Metrics, Notification, Paging, SessionEvent, Severity, TrainingSession, Webhook } from './models.js';
import { Transport, type ClientOptions } from './transport.js';

const Sessions = ['training', 'sessions'] as const;
const Rules = ['alerts', 'rules'] as const;

/** What a session is made of. */
export interface CreateSession {
  /** The YAML file on the server by which it trains. */
  config_path?: string;
  session_name?: string;
  tags?: string[];
  /** `external` when a program of yours trains and reports its metrics. */
  trainer?: 'server' | 'external';
  /** That program's own configuration; `epochs` in it is the number of epochs to come. */
  config?: Record<string, unknown>;
}

/** A session that is being followed. */
export interface Subscription {
  /** Stops following; the session goes on. */
  stop(): void;
  /** Settles when the session has completed, failed or been stopped, or `stop` was called; rejects when the feed cannot be followed or the callback throws. */
  readonly done: Promise<void>;
}

/**
 * Talks to the training API of a server. Requests and answers have the API's own field names; what goes wrong is a `PIVOTError`.
 */
export class PIVOTClient {
  private readonly http: Transport;
  private readonly retries: number;

  /**
   * @param baseUrl Where the server is; `/api/v1` behind it is allowed.
   * @param options The key, and how to talk.
   */
  constructor(baseUrl = 'http://localhost:8000', options: ClientOptions = {}) {
    this.http = new Transport(baseUrl, options);
    this.retries = options.retries ?? 4;
  }

  /** Makes a session, yet to be started. */
  createSession(session: CreateSession): Promise<TrainingSession> {
    return this.http.call('POST', Sessions, { json: session });
  }

  /** Starts a session, or goes on where it was. */
  startTraining(sessionId: string): Promise<TrainingSession> {
    return this.http.call('POST', [...Sessions, sessionId, 'start']);
  }

  /** Stops a session; what it has learned stays. */
  stopTraining(sessionId: string): Promise<TrainingSession> {
    return this.http.call('POST', [...Sessions, sessionId, 'stop']);
  }

  /** Goes on after a stop or a failure. */
  resumeTraining(sessionId: string): Promise<TrainingSession> {
    return this.http.call('POST', [...Sessions, sessionId, 'resume']);
  }

  /** A session as it stands. */
  getSession(sessionId: string): Promise<TrainingSession> {
    return this.http.call('GET', [...Sessions, sessionId]);
  }

  /** A page of sessions, newest first. */
  listSessions(query: Paging & { status?: TrainingSession['status'] } = {}): Promise<{ sessions: TrainingSession[]; total: number; limit: number; offset: number }> {
    return this.http.call('GET', Sessions, { query: { ...query } });
  }

  /** The last epochs' metrics, in their order: 1000 epochs unless told. */
  async getMetrics(sessionId: string, query: { metric_name?: string; limit?: number } = {}): Promise<Metrics[]> {
    return (await this.http.call<{ metrics: Metrics[] }>('GET', [...Sessions, sessionId, 'metrics'], { query })).metrics;
  }

  /** One metric over the epochs. */
  getMetricHistory(sessionId: string, query: { metric_name?: string; start_epoch?: number; end_epoch?: number; max_points?: number } = {}): Promise<MetricHistory> {
    return this.http.call('GET', ['metrics', sessionId, 'history'], { query });
  }

  /** Reports what an external trainer measured, one epoch or several. An epoch that is reported again is replaced. */
  reportMetrics(sessionId: string, metrics: EpochReport | readonly EpochReport[]): Promise<{ recorded: number; current_epoch: number }> {
    return this.http.call('POST', [...Sessions, sessionId, 'metrics'], { json: Array.isArray(metrics) ? { metrics } : metrics, idempotent: true });
  }

  /** Ends a session that an external trainer reports to; with an error it has failed. */
  completeSession(sessionId: string, error?: string): Promise<TrainingSession> {
    return this.http.call('POST', [...Sessions, sessionId, 'complete'], { json: error === undefined ? {} : { error } });
  }

  /** All of a session's messages, from the first (or the one after `lastEventId`), until it completes, fails or is stopped. */
  async *streamEvents(sessionId: string, options: FollowOptions = {}): AsyncGenerator<SessionEvent> {
    for await (const event of follow(this.http, sessionId, options)) {
      yield event;
      const status = event.data['status'];
      // A stop or a failure of long ago may be over: the session was resumed since, and more messages follow.
      if ((status === 'failed' || status === 'stopped') && (await this.getSession(sessionId)).status === status) return;
    }
  }

  /** Calls back with a session's metrics as they are measured, from the first epoch on. */
  streamMetrics(sessionId: string, callback: (metrics: Metrics) => void, options: Omit<FollowOptions, 'signal'> = {}): Subscription {
    const stopped = new AbortController();
    const run = async (): Promise<void> => {
      for await (const event of this.streamEvents(sessionId, { ...options, signal: stopped.signal })) {
        if (stopped.signal.aborted) return;
        if (event.name === 'metrics') callback(event.data as Metrics);
      }
    };
    const done = run().catch((error: unknown) => {
      if (!stopped.signal.aborted) throw error;
    });
    return { stop: () => stopped.abort(), done };
  }

  /**
   * Waits until a session is completed, and returns its last epoch's metrics (null if it has none).
   * @throws PIVOTError with code `SESSION_FAILED`, `SESSION_STOPPED`, or `TIMEOUT` after so many seconds.
   */
  async waitForCompletion(sessionId: string, options: { timeout?: number; signal?: AbortSignal } = {}): Promise<Metrics | null> {
    const late = new AbortController();
    const timer = options.timeout === undefined ? undefined : setTimeout(() => late.abort(), options.timeout * 1000);
    try {
      let session = await this.getSession(sessionId);
      if (session.status === 'created' || session.status === 'running') {
        const signal = options.signal ? AbortSignal.any([options.signal, late.signal]) : late.signal;
        for await (const _ of this.streamEvents(sessionId, { signal }));
        session = await this.getSession(sessionId);
      }
      if (session.status !== 'completed') throw new PIVOTError(session.error ?? `The session is ${session.status}.`, { code: `SESSION_${session.status.toUpperCase()}` });
      return (await this.getMetrics(sessionId, { limit: 1 })).at(-1) ?? null;
    } catch (error) {
      throw late.signal.aborted ? new PIVOTError('The session has not ended in time.', { code: 'TIMEOUT' }) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Checkpoints of one session or of all, newest first: 50 unless told. */
  async listCheckpoints(query: Paging & { session_id?: string } = {}): Promise<Checkpoint[]> {
    return (await this.http.call<{ checkpoints: Checkpoint[] }>('GET', ['checkpoints'], { query: { ...query } })).checkpoints;
  }

  /** A checkpoint. */
  getCheckpoint(checkpointId: string): Promise<Checkpoint> {
    return this.http.call('GET', ['checkpoints', checkpointId]);
  }

  /** Uploads a checkpoint. A `Blob` of a file (`<input type="file">`, or Node's `fs.openAsBlob`) is read while it is sent. */
  uploadCheckpoint(
    sessionId: string, epoch: number, file: Blob, options: { metrics?: Record<string, number>; file_name?: string } = {},
  ): Promise<{ checkpoint_id: string; file_size_mb: number; uploaded_at: string; sha256: string; is_best: boolean }> {
    const form = new FormData();
    form.set('session_id', sessionId);
    form.set('epoch', String(epoch));
    if (options.metrics) form.set('metrics', JSON.stringify(options.metrics));
    form.set('file', file, options.file_name ?? (file as Partial<File>).name ?? 'checkpoint');
    return this.http.call('POST', ['checkpoints'], { form });
  }

  /** Downloads a checkpoint. A line that breaks is picked up where it was; the bytes are compared with their SHA-256. Larger than memory: `openCheckpoint`. */
  async downloadCheckpoint(checkpointId: string, options: { signal?: AbortSignal } = {}): Promise<Blob> {
    return checkpoints.download(this.http, await this.getCheckpoint(checkpointId), this.retries, options.signal);
  }

  /** A checkpoint's bytes as they come, from a place in them on; comparing them with `sha256` is the reader's. */
  async openCheckpoint(checkpointId: string, options: { from?: number; signal?: AbortSignal } = {}): Promise<ReadableStream<Uint8Array>> {
    return checkpoints.open(this.http, await this.getCheckpoint(checkpointId), options.from ?? 0, options.signal);
  }

  /** Deletes a checkpoint. */
  deleteCheckpoint(checkpointId: string): Promise<{ message: string }> {
    return this.http.call('DELETE', ['checkpoints', checkpointId]);
  }

  /** Alerts, newest first: 50 unless told. */
  async listAlerts(query: Paging & { status?: Alert['status']; severity?: Severity } = {}): Promise<Alert[]> {
    return (await this.http.call<{ alerts: Alert[] }>('GET', ['alerts'], { query: { ...query } })).alerts;
  }

  /** Says that somebody looks after an alert: the key's owner unless told. */
  acknowledgeAlert(alertId: string, request: { acknowledged_by?: string; notes?: string } = {}): Promise<Alert> {
    return this.http.call('POST', ['alerts', alertId, 'acknowledge'], { json: request });
  }

  /** Says that an alert is over. */
  resolveAlert(alertId: string): Promise<Alert> {
    return this.http.call('POST', ['alerts', alertId, 'resolve']);
  }

  /** Makes a rule. */
  createAlertRule(rule: AlertRule): Promise<AlertRule & { rule_id: string }> {
    return this.http.call('POST', Rules, { json: rule });
  }

  /** Rules, newest first: 50 unless told. */
  async listAlertRules(query: Paging = {}): Promise<(AlertRule & { rule_id: string })[]> {
    return (await this.http.call<{ rules: (AlertRule & { rule_id: string })[] }>('GET', Rules, { query: { ...query } })).rules;
  }

  /** Changes what is named of a rule. */
  updateAlertRule(ruleId: string, changes: Partial<AlertRule>): Promise<AlertRule & { rule_id: string }> {
    return this.http.call('PUT', [...Rules, ruleId], { json: changes });
  }

  /** Deletes a rule. */
  deleteAlertRule(ruleId: string): Promise<{ message: string }> {
    return this.http.call('DELETE', [...Rules, ruleId]);
  }

  /** Notifications, newest first: 50 unless told. */
  async listNotifications(query: Paging & { type?: Notification['type']; priority?: Notification['priority']; unread?: boolean } = {}): Promise<Notification[]> {
    return (await this.http.call<{ notifications: Notification[] }>('GET', ['notifications'], { query: { ...query } })).notifications;
  }

  /** Marks a notification as read. */
  markNotificationRead(notificationId: string): Promise<Notification> {
    return this.http.call('POST', ['notifications', notificationId, 'read'], { idempotent: true });
  }

  /** Clears all notifications. */
  clearNotifications(): Promise<{ message: string }> {
    return this.http.call('DELETE', ['notifications']);
  }

  /** Has events posted to an address. Without a secret the server makes one and shows it in this answer alone. */
  registerWebhook(webhook: { url: string; events: string[]; secret?: string }): Promise<Webhook> {
    return this.http.call('POST', ['webhooks'], { json: webhook });
  }

  /** Webhooks, newest first: 50 unless told. */
  async listWebhooks(query: Paging = {}): Promise<Webhook[]> {
    return (await this.http.call<{ webhooks: Webhook[] }>('GET', ['webhooks'], { query: { ...query } })).webhooks;
  }

  /** Changes what is named of a webhook. */
  updateWebhook(webhookId: string, changes: Partial<Pick<Webhook, 'url' | 'events' | 'status'>>): Promise<Webhook> {
    return this.http.call('PUT', ['webhooks', webhookId], { json: changes });
  }

  /** Deletes a webhook. */
  deleteWebhook(webhookId: string): Promise<{ message: string }> {
    return this.http.call('DELETE', ['webhooks', webhookId]);
  }

  /** Posts a signed message to a webhook now. */
  testWebhook(webhookId: string): Promise<{ success: boolean; status_code: number | null; response_time_ms: number }> {
    return this.http.call('POST', ['webhooks', webhookId, 'test']);
  }

  /** Gives a webhook a new secret; until `previous_secret_until` the one before signs as well. */
  rotateWebhookSecret(webhookId: string, secret?: string): Promise<{ webhook_id: string; secret: string | null; previous_secret_until: string }> {
    return this.http.call('POST', ['webhooks', webhookId, 'rotate'], { json: secret === undefined ? {} : { secret } });
  }

  /** The machine's processors, memory, disk and graphics cards. */
  getResources(): Promise<Record<string, unknown>> {
    return this.http.call('GET', ['monitor', 'resources']);
  }

  /** Whether the server and its parts are well. */
  getHealth(): Promise<Record<string, unknown>> {
    return this.http.call('GET', ['health']);
  }
}

/** What one epoch gave, as it is reported. */
export type EpochReport = { epoch: number; timestamp?: string } & { [metric: string]: number | string | undefined };
