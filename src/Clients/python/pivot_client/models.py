"""The shapes of answers. At run time they are plain dictionaries with the API's own field names."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class _SessionRequired(TypedDict):
    session_id: str
    status: Literal["created", "running", "stopped", "completed", "failed"]
    created_at: str


class TrainingSession(_SessionRequired, total=False):
    """A training session. ``total_epochs`` is 0 where only the trainer knows."""

    session_name: str | None
    tags: list[str]
    config: dict[str, Any]
    config_path: str | None
    trainer: Literal["server", "external"]
    started_at: str | None
    stopped_at: str | None
    completed_at: str | None
    current_epoch: int
    total_epochs: int
    progress: float | None
    latest_metrics: dict[str, float]
    best_by: str
    best_epoch: int | None
    best_value: float | None
    model_sha256: str | None
    error: str | None


Metrics = dict[str, Any]
"""What one epoch gave: ``epoch``, ``timestamp``, and each metric (``train_loss``, ``val_loss``, ``learning_rate`` …) under its own name."""


class Checkpoint(TypedDict):
    """A saved state of a training. ``metric_name`` and ``metric_value`` are None where nothing was measured."""

    checkpoint_id: str
    session_id: str
    epoch: int
    metric_name: str | None
    metric_value: float | None
    metrics: dict[str, float]
    file_size_mb: float
    file_size_bytes: int
    file_name: str
    file_path: str
    sha256: str
    is_best: bool
    created_at: str


class _AlertRequired(TypedDict):
    alert_id: str
    rule_name: str
    severity: Literal["low", "medium", "high", "critical"]
    message: str
    value: float
    threshold: float
    triggered_at: str
    status: Literal["active", "acknowledged", "resolved"]


class Alert(_AlertRequired, total=False):
    """A rule's condition held."""

    rule_id: str
    metric: str
    session_id: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    notes: str | None
    resolved_at: str | None
