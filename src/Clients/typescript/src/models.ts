/** A training session. `total_epochs` is 0 where only the trainer knows. */
export interface TrainingSession {
  session_id: string;
  session_name?: string | null;
  status: 'created' | 'running' | 'stopped' | 'completed' | 'failed';
  config: Record<string, unknown>;
  created_at: string;
  started_at?: string | null;
  stopped_at?: string | null;
  completed_at?: string | null;
  current_epoch?: number;
  total_epochs: number;
  progress?: number | null;
  tags?: string[];
  latest_metrics?: Record<string, number>;
  best_by?: string;
  best_epoch?: number | null;
  best_value?: number | null;
  trainer?: 'server' | 'external';
  config_path?: string | null;
  model_sha256?: string | null;
  error?: string | null;
}

/** What one epoch gave, each metric under its own name. */
export interface Metrics {
  epoch: number;
  timestamp: string;
  train_loss: number;
  val_loss: number;
  train_accuracy?: number;
  val_accuracy?: number;
  learning_rate: number;
  // A metric may have any name.
  [key: string]: any;
}

/** A saved state of a training. `metric_name` and `metric_value` are null where nothing was measured; `file_path` is where it is downloaded. */
export interface Checkpoint {
  checkpoint_id: string;
  session_id: string;
  epoch: number;
  metric_name: string | null;
  metric_value: number | null;
  metrics: Record<string, number>;
  file_size_mb: number;
  file_size_bytes: number;
  file_name: string;
  file_path: string;
  sha256: string;
  is_best: boolean;
  created_at: string;
}

/** A rule's condition held. */
export interface Alert {
  alert_id: string;
  rule_id: string;
  rule_name: string;
  metric: string;
  session_id?: string | null;
  severity: Severity;
  message: string;
  value: number;
  threshold: number;
  triggered_at: string;
  acknowledged_at?: string | null;
  acknowledged_by?: string | null;
  notes?: string | null;
  resolved_at?: string | null;
  status: 'active' | 'acknowledged' | 'resolved';
}

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** What is watched. */
export interface AlertRule {
  name: string;
  metric: string;
  condition: 'greater_than' | 'greater_than_or_equal' | 'less_than' | 'less_than_or_equal' | 'equal' | 'not_equal';
  threshold: number;
  severity?: Severity;
  enabled?: boolean;
  /** For how many seconds the condition must hold. */
  duration?: number;
  /** For how many seconds it must be gone. */
  hold_off?: number;
  session_id?: string | null;
}

/** What the key's owner is told. */
export interface Notification {
  id: string;
  type: 'training' | 'alert' | 'system';
  priority: 'low' | 'medium' | 'high';
  message: string;
  data: Record<string, unknown>;
  read: boolean;
  created_at: string;
}

/** Where events are posted. `secret` is there only when the server has made it, and only in the answer to its making. */
export interface Webhook {
  webhook_id: string;
  url: string;
  events: string[];
  created_at: string;
  status: 'active' | 'disabled';
  secret?: string | null;
}

/** One metric over the epochs. */
export interface MetricHistory {
  metric_name: string;
  values: number[];
  epochs: number[];
  timestamps: string[];
}

/** One message of a session's feed. */
export interface SessionEvent {
  /** Its place in the server's log; a feed goes on after it. */
  id: string;
  /** What it is. */
  name: 'status' | 'metrics' | 'checkpoint' | 'checkpoint_removed' | 'completed' | 'failed' | (string & {});
  /** What it says. */
  data: Record<string, unknown>;
}

/** A page of a list. */
export interface Paging {
  limit?: number;
  offset?: number;
}
