"""Checkpoints: up and down in constant memory, resumed where a line broke, compared with their SHA-256."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import secrets
from pathlib import Path
from typing import Any, Iterator, Mapping

from .errors import ConnectionFailed, DigestMismatch, PIVOTError
from .models import Checkpoint
from .transport import Transport, pause

_BLOCK = 1 << 18
_CHECKPOINTS = ("checkpoints",)


class Checkpoints(Transport):
    """What is done with checkpoints."""

    def list_checkpoints(self, session_id: str | None = None, *, limit: int | None = None, offset: int | None = None) -> list[Checkpoint]:
        """Checkpoints of one session or of all, newest first: 50 unless told."""
        return self._call("GET", _CHECKPOINTS, query={"session_id": session_id, "limit": limit, "offset": offset})["checkpoints"]

    def get_checkpoint(self, checkpoint_id: str) -> Checkpoint:
        """A checkpoint."""
        return self._call("GET", (*_CHECKPOINTS, checkpoint_id))

    def delete_checkpoint(self, checkpoint_id: str) -> dict[str, Any]:
        """Deletes a checkpoint."""
        return self._call("DELETE", (*_CHECKPOINTS, checkpoint_id))

    def upload_checkpoint(
        self, session_id: str, epoch: int, path: str | os.PathLike[str], metrics: Mapping[str, float] | None = None
    ) -> dict[str, Any]:
        """Uploads a file as a session's checkpoint; whatever its size, only a block of it is in memory.

        Args:
            session_id: The session.
            epoch: The epoch whose end it is, from 0.
            path: The file.
            metrics: What was measured of it; unless given, what the session reported of that epoch.

        Raises:
            DigestMismatch: The server stored something else than was sent.
        """
        upload = _Upload(Path(path), {"session_id": session_id, "epoch": str(epoch), **({} if metrics is None else {"metrics": json.dumps(dict(metrics), allow_nan=False)})})
        with self._request("POST", _CHECKPOINTS, headers=upload.headers, body=upload.blocks, idempotent=False) as response:
            saved = json.loads(response.read())
        if saved["sha256"] != upload.sha256:
            raise DigestMismatch(f"{path}: the server has stored something else (SHA-256 {saved['sha256']}, sent {upload.sha256}).")
        return saved

    def download_checkpoint(self, checkpoint_id: str, path: str | os.PathLike[str]) -> Path:
        """Downloads a checkpoint to a file, or under its own name into a folder, and returns where it is.

        What has come is kept beside it as ``….part``: a broken download goes on from there, also when this is called again. The
        file appears under its name only when its SHA-256 is the one in the server's log.

        Raises:
            DigestMismatch: It is not; nothing of it is kept.
            ConnectionFailed: The line broke again and again without a byte between.
        """
        checkpoint = self.get_checkpoint(checkpoint_id)
        target = Path(path)
        if target.is_dir():
            target /= Path(checkpoint["file_name"]).name
        part = target.with_name(f"{target.name}.{checkpoint['checkpoint_id']}.part")
        self._fetch(checkpoint, part)
        if _sha256(part) != checkpoint["sha256"]:
            part.unlink()
            raise DigestMismatch(f"{checkpoint_id}: what came down is not what was stored; its SHA-256 differs.")
        os.replace(part, target)
        return target

    def _fetch(self, checkpoint: Checkpoint, part: Path) -> None:
        attempt, size = 0, checkpoint["file_size_bytes"]
        while (have := part.stat().st_size if part.exists() else 0) != size:
            try:
                self._fetch_rest(checkpoint, part, have if have < size else 0)
            except (OSError, http.client.HTTPException) as broken:
                if isinstance(broken, OSError) and not isinstance(broken, (ConnectionError, TimeoutError)):
                    raise
            if part.exists() and part.stat().st_size > have:
                attempt = 0
                continue
            attempt += 1
            if attempt > self._retries:
                raise ConnectionFailed(f"{checkpoint['checkpoint_id']}: the download broke off at byte {have} of {size}.")
            self._sleep(pause(attempt))

    def _fetch_rest(self, checkpoint: Checkpoint, part: Path, have: int) -> None:
        headers = {"Accept": "application/octet-stream"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{checkpoint["sha256"]}"'}
        with self._request("GET", (*_CHECKPOINTS, checkpoint["checkpoint_id"], "download"), headers=headers) as response:
            if response.status == 206 and not (response.getheader("Content-Range") or "").startswith(f"bytes {have}-"):
                raise PIVOTError(f"Expected the bytes from {have} on, got {response.getheader('Content-Range')}.", status=206)
            with open(part, "ab" if response.status == 206 else "wb") as file:
                while block := response.read(_BLOCK):
                    file.write(block)


class _Upload:
    """A form (RFC 7578) with a file at its end, read while it is sent."""

    def __init__(self, path: Path, fields: Mapping[str, str]) -> None:
        boundary = secrets.token_hex(16)
        name = path.name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n' for field, value in fields.items()]
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n')
        self._path = path
        self._head, self._tail = "".join(parts).encode("utf-8", "surrogateescape"), f"\r\n--{boundary}--\r\n".encode()
        self._size = path.stat().st_size
        self.headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(len(self._head) + self._size + len(self._tail))}
        self.sha256 = ""

    def blocks(self) -> Iterator[bytes]:
        digest, left = hashlib.sha256(), self._size
        yield self._head
        with open(self._path, "rb") as file:
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                digest.update(block)
                left -= len(block)
                yield block
        if left:
            raise ValueError(f"{self._path}: the file became shorter while it was read")
        self.sha256 = digest.hexdigest()
        yield self._tail


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
