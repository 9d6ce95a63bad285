"""Asks a language model behind an OpenAI-compatible address, and takes nothing but one short text from it in time."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kb.problem import Problem
from kb.text import Text

_MOST = 256 * 1024  # bytes of a reply; an answer of some sentences has a few thousand
PATIENCE = 60.0  # seconds; a small local model that has to be loaded first takes half of that


class Silent(Exception):  # noqa: N818 - no fault of ours: the model gave nothing to show
    """Why there is no text from the model, for the user to read."""

    def __init__(self, why: Text) -> None:
        self.why = why
        super().__init__(why.en)


@dataclass(frozen=True)
class Chat:
    """A model at an address: ``url`` without ``/chat/completions``, ``key`` may be empty, ``patience`` in seconds."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    patience: float = PATIENCE

    def __post_init__(self) -> None:
        """Raises `Problem` for an address that is none."""
        with contextlib.suppress(ValueError):
            parts = urlsplit(self.url)
            if parts.scheme in ("http", "https") and parts.hostname and self.url.isascii() and self.url.isprintable():
                return
        raise Problem(
            Text(f"{self.url!r} is no address of a model", f"{self.url!r} 不是模型的地址"),
            hint=Text("like http://localhost:11434/v1", "例如 http://localhost:11434/v1"),
        )

    @property
    def host(self) -> str:
        """The machine asked, for the user to see."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def say(self, messages: Sequence[dict[str, str]]) -> str:
        """The model's text; raises `Silent` when there is none within the time, whatever the other side does."""
        found: queue.SimpleQueue[str | Silent] = queue.SimpleQueue()
        # A thread, as neither a slow name server nor a reply that comes byte by byte heeds a time-out of the socket.
        threading.Thread(target=lambda: found.put(self._asked(messages)), daemon=True).start()
        try:
            said = found.get(timeout=self.patience)
        except queue.Empty:
            raise Silent(Text(f"no answer within {self.patience:g} s", f"{self.patience:g} 秒内没有回答")) from None
        if isinstance(said, Silent):
            raise said
        return said

    def _asked(self, messages: Sequence[dict[str, str]]) -> str | Silent:
        try:
            return _text_of(self._sent(messages))
        except Silent as silent:
            return silent
        except urllib.error.HTTPError as error:
            with error:
                return Silent(Text(f"it answered with HTTP {error.code}", f"对方返回 HTTP {error.code}"))
        except ValueError:  # its text may hold the key
            return Silent(Text("the request cannot be written", "无法写出请求"))
        except (OSError, http.client.HTTPException) as error:
            why = str(getattr(error, "reason", error))[:200]
            return Silent(Text(f"it cannot be reached ({why})", f"无法连接（{why}）"))

    def _sent(self, messages: Sequence[dict[str, str]]) -> bytes:
        body = json.dumps({"model": self.model, "messages": list(messages), "temperature": 0, "stream": False})
        head = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            head["Authorization"] = f"Bearer {self.key}"
        request = urllib.request.Request(f"{self.url.rstrip('/')}/chat/completions", body.encode(), head)  # noqa: S310 - http or https
        handlers: list[Any] = [_NoDetours()]
        if _is_here(urlsplit(self.url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))
        with urllib.request.build_opener(*handlers).open(request, timeout=self.patience) as reply:
            data: bytes = reply.read(_MOST + 1)
        if len(data) > _MOST:
            raise Silent(Text("its answer is too long", "回答太长"))
        return data


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the question and the key are for the address that was given."""

    def redirect_request(self, *_: Any) -> None:
        """No further request; the reply counts as an error."""


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text_of(data: bytes) -> str:
    garbled = Silent(Text("its answer is not what the protocol says", "回答不符合协议"))
    try:
        choice = json.loads(data)["choices"][0]
        message = choice["message"]
        refused = bool(message.get("refusal")) or choice.get("finish_reason") == "content_filter"
        content = message.get("content")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise garbled from None
    if refused:
        raise Silent(Text("it refused to answer", "模型拒绝回答"))
    if not isinstance(content, str):
        raise garbled
    return content
