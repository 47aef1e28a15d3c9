"""Python client of the EventSourcedAnomaly training API."""

from .client import PIVOTClient
from .errors import (
    BadRequest,
    Conflict,
    ConnectionFailed,
    DigestMismatch,
    NotFound,
    PIVOTError,
    RateLimited,
    ServerError,
    SessionFailed,
    SessionStopped,
    Unauthorized,
    WebhookVerificationError,
)
from .events import Event
from .models import Alert, Checkpoint, Metrics, TrainingSession
from .webhooks import verify_webhook

__all__ = [
    "Alert", "BadRequest", "Checkpoint", "Conflict", "ConnectionFailed", "DigestMismatch", "Event", "Metrics", "NotFound", "PIVOTClient", "PIVOTError", "RateLimited",
    "ServerError", "SessionFailed", "SessionStopped", "TrainingSession", "Unauthorized", "WebhookVerificationError", "verify_webhook",
]
