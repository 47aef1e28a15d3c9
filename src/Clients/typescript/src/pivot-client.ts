export { PIVOTClient, type CreateSession, type EpochReport, type Subscription } from './client.js';
export { PIVOTError } from './errors.js';
export type { FollowOptions } from './feed.js';
export type { Alert, AlertRule, Checkpoint, MetricHistory, Metrics, Notification, Paging, SessionEvent, Severity, TrainingSession, Webhook } from './models.js';
export type { ClientOptions } from './transport.js';
export { verifyWebhook } from './webhooks.js';
