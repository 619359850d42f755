"""The baseline: an ASGI app that reads the body, checks nothing and answers a constant; ``python bare.py PORT``."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

Message = dict[str, Any]

BODY = json.dumps(
    {
        "status": "success",
        "data": {
            "id": "00000000-0000-4000-8000-000000000000",
            "fanId": "12345",
            "userId": "user-1",
            "category": "content",
            "preference": "preference_00",
            "value": True,
            "source": "manual",
            "createdAt": "2030-01-02T03:04:05.678Z",
            "updatedAt": "2030-01-02T03:04:05.678Z",
        },
    },
    separators=(",", ":"),
).encode()

START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
}
END = {"type": "http.response.body", "body": BODY}


async def answer_constant(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["type"] == "http":
        await receive()
        await send(START)
        await send(END)


if __name__ == "__main__":
    uvicorn.run(
        answer_constant,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
