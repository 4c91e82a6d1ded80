"""Where an event comes from: the request's number and the client's address, set by web's middleware."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    request_id: str = ""
    address: str = ""


NO_REQUEST = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=NO_REQUEST)


def current() -> RequestContext:
    """The request being answered; empty in a command."""
    return _current.get()


@contextmanager
def entered(request_id: str, address: str) -> Iterator[RequestContext]:
    """Everything recorded inside belongs to this request."""
    context = RequestContext(request_id, address)
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
