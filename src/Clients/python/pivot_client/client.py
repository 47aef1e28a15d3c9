"""The client."""

from __future__ import annotations

from .alerts import Alerts, Monitoring, Notifications
from .checkpoints import Checkpoints
from .sessions import Sessions
from .webhooks import Webhooks


class PIVOTClient(Sessions, Checkpoints, Alerts, Notifications, Webhooks, Monitoring):
    """Talks to the training API of a server.

    Every call makes a connection of its own, so one client may be used from several threads. Answers are plain dictionaries with the
    API's field names; what goes wrong is a :class:`~pivot_client.PIVOTError`.

    Args:
        base_url: Where the server is; ``/api/v1`` behind it is allowed.
        api_key: The API key; unless given, that of the environment variable ``ESA_API_KEY``, if there is one.
        timeout: For how many seconds a connection, or the next bytes of an answer, are waited for.
        retries: How often a request is tried again when the server asks for patience (429, 503 with ``Retry-After``) or,
            where repeating it changes nothing, when the line breaks.
        ssl_context: For a server with a certificate of your own authority.
    """
