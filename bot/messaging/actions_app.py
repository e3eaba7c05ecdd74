"""The door for the Rasa server's custom actions: POST /webhook on a loopback port, with a secret.

The actions themselves are handed in (`actions/registry.py`); this only speaks rasa-sdk's protocol.
"""

import hmac
import json
import logging
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = logging.getLogger(__name__)

LARGEST_CALL = 4_000_000
"""Bytes of one call; a tracker with two messages of 20,000 characters is far below."""


def create_actions_app(actions: Sequence[Action], *, secret: str) -> Starlette:
    """Return the app; `secret` is what Rasa sends as query parameter `token` (its endpoint's token).

    Every failure answers with a status Rasa takes for a failure: 401, 404, 413, 422, 500, 504; 400 only
    for a form that rejects its execution.
    """
    if not secret:
        raise ValueError("the action server needs a secret")
    executor = ActionExecutor()
    for action in actions:
        executor.register_action(action)

    async def webhook(request: Request) -> Response:
        if not hmac.compare_digest(request.query_params.get("token", "").encode(), secret.encode()):
            return _error(401, "wrong secret")
        body = await request.body()
        if len(body) > LARGEST_CALL:
            return _error(413, "the call is too large")
        try:
            call = json.loads(body)
        except ValueError:
            return _error(422, "the body is no JSON")
        return await _run(executor, call)

    async def health(request: Request) -> Response:
        return JSONResponse({"actions": sorted(executor.actions)})

    return Starlette(
        routes=[
            Route("/webhook", webhook, methods=["POST"], name="actions"),
            Route("/health", health, methods=["GET"], name="actions_health"),
        ]
    )


async def _run(executor: ActionExecutor, call: Any) -> Response:
    if not isinstance(call, dict) or not call.get("next_action"):
        return _error(422, "the call names no action")
    name = call["next_action"]
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as rejection:
        return JSONResponse({"error": rejection.message, "action_name": rejection.action_name}, 400)
    except ActionNotFoundException:
        return _error(404, "there is no such action")
    except TimeoutError:
        log.error("an action took too long", extra={"action": name})
        return _error(504, "the action took too long")
    except Exception as error:
        log.exception("an action failed", extra={"action": name, "fault": type(error).__name__})
        return _error(500, type(error).__name__)
    if result is None:
        return _error(500, "the action gave no result")
    return JSONResponse(result.model_dump())


def _error(status: int, reason: str) -> JSONResponse:
    return JSONResponse({"error": reason}, status_code=status)
