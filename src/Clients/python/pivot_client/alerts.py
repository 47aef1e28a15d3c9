"""Alerts and their rules, notifications, and the machine's resources."""

from __future__ import annotations

from typing import Any

from .models import Alert
from .transport import Transport, given

_RULES = ("alerts", "rules")


class Alerts(Transport):
    """What is watched, and what was found."""

    def list_alerts(self, *, status: str | None = None, severity: str | None = None, limit: int | None = None, offset: int | None = None) -> list[Alert]:
        """Alerts, newest first: 50 unless told, of every status and severity unless one is named."""
        return self._call("GET", ("alerts",), query={"status": status, "severity": severity, "limit": limit, "offset": offset})["alerts"]

    def get_alert(self, alert_id: str) -> Alert:
        """An alert."""
        return self._call("GET", ("alerts", alert_id))

    def acknowledge_alert(self, alert_id: str, acknowledged_by: str | None = None, notes: str | None = None) -> Alert:
        """Says that somebody looks after an alert: the key's owner unless told."""
        return self._call("POST", ("alerts", alert_id, "acknowledge"), json_body=given(acknowledged_by=acknowledged_by, notes=notes))

    def resolve_alert(self, alert_id: str) -> Alert:
        """Says that an alert is over."""
        return self._call("POST", ("alerts", alert_id, "resolve"))

    def create_alert_rule(self, name: str, metric: str, condition: str, threshold: float, *, severity: str = "medium", enabled: bool = True, **terms: Any) -> dict[str, Any]:
        """Makes a rule.

        Args:
            name: What to call it.
            metric: A metric of the machine such as ``memory_percent``, or one that training sessions report such as ``val_loss``.
            condition: How a bad value compares to the threshold, such as ``greater_than``.
            threshold: In the metric's unit.
            severity: ``low``, ``medium``, ``high`` or ``critical``.
            enabled: Whether it is watched.
            terms: ``duration`` and ``hold_off`` in seconds, and ``session_id``.
        """
        return self._call("POST", _RULES, json_body={
            "name": name, "metric": metric, "condition": condition, "threshold": threshold, "severity": severity, "enabled": enabled, **given(**terms)})

    def list_alert_rules(self, *, limit: int | None = None, offset: int | None = None) -> list[dict[str, Any]]:
        """Rules, newest first: 50 unless told."""
        return self._call("GET", _RULES, query={"limit": limit, "offset": offset})["rules"]

    def get_alert_rule(self, rule_id: str) -> dict[str, Any]:
        """A rule."""
        return self._call("GET", (*_RULES, rule_id))

    def update_alert_rule(self, rule_id: str, **changes: Any) -> dict[str, Any]:
        """Changes what is named of a rule; the rest stays."""
        return self._call("PUT", (*_RULES, rule_id), json_body=changes)

    def delete_alert_rule(self, rule_id: str) -> dict[str, Any]:
        """Deletes a rule."""
        return self._call("DELETE", (*_RULES, rule_id))


class Notifications(Transport):
    """What the key's owner is told."""

    def list_notifications(
        self, *, type: str | None = None, priority: str | None = None, unread: bool | None = None, limit: int | None = None, offset: int | None = None
    ) -> list[dict[str, Any]]:
        """Notifications, newest first: 50 unless told."""
        return self._call("GET", ("notifications",), query={
            "type": type, "priority": priority, "unread": unread, "limit": limit, "offset": offset})["notifications"]

    def mark_notification_read(self, notification_id: str) -> dict[str, Any]:
        """Marks a notification as read."""
        return self._call("POST", ("notifications", notification_id, "read"), idempotent=True)

    def clear_notifications(self) -> dict[str, Any]:
        """Clears all notifications."""
        return self._call("DELETE", ("notifications",))


class Monitoring(Transport):
    """How the server is."""

    def get_resources(self) -> dict[str, Any]:
        """The machine's processors, memory, disk and graphics cards."""
        return self._call("GET", ("monitor", "resources"))

    def get_health(self) -> dict[str, Any]:
        """Whether the server and its parts are well."""
        return self._call("GET", ("health",))
