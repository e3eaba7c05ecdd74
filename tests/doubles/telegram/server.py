"""A small Bot API server over real HTTP, with faults on demand (docs/channels/telegram-double.md).

`FakeTelegram().start()` serves it from a thread; `python -m tests.doubles.telegram` as a program.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tests.doubles.telegram.faults import ApiError, Fault
from tests.doubles.telegram.methods import METHODS, _allow, _json
from tests.doubles.telegram.rates import Rates
from tests.doubles.telegram.world import FILE_LINK_SECONDS, Json, World

TOKEN = "4242424242:AAFakeFakeFakeFakeFakeFakeFakeFake00"
_WEBHOOK_RETRY = 0.05


class FakeTelegram:
    """One server on one port for one bot, stopped and started at will."""

    def __init__(self, *, token: str = TOKEN, username: str = "guanjia_bot", rates: bool = False) -> None:
        """`rates`: answer 429 to more than one message a second and chat (after a burst), or 30 in all."""
        self.world = World(token, username)
        self.world.changed = self._wake
        self.rates = rates
        self.port = 0
        self.calls: list[tuple[str, Json]] = []
        """Every call that was read, in order."""
        self.refused: list[tuple[str, int]] = []
        """Method and code of each call that was answered with an error."""
        self._faults: list[Fault] = []
        self._rates = Rates(lambda: self.world.clock())
        self._called = threading.Condition()
        self._polls = 0
        self._changed = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The root, as `TELEGRAM_API_BASE_URL` wants it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return self.world.token

    def start(self) -> "FakeTelegram":
        """Listen; a second start takes the same port."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download),
            ]
        )
        self._server = _Server(
            uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, lifespan="off")
        )
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        assert self._server.up.wait(20), "the double did not start"
        return self

    def stop(self) -> None:
        """No more: connections are refused. What waits for the bot stays."""
        if self._server is None or self._thread is None:
            return
        self.mend()
        self._server.should_exit = True
        self._wake()
        self._thread.join(20)
        self._server = None

    def fail(self, kind: str, **more: Any) -> Fault:
        """Let calls meet this fault from now on (`Fault` says what can be asked for)."""
        fault = Fault(kind, **more)
        with self.world.lock:
            self._faults.append(fault)
        self._wake()
        return fault

    def mend(self) -> None:
        """No faults any more; slow calls go on."""
        with self.world.lock:
            self._faults.clear()
        self._wake()

    def calls_of(self, method: str) -> list[Json]:
        """The parameters of the calls of one method."""
        return [params for name, params in list(self.calls) if name.lower() == method.lower()]

    def until(self, check: Callable[[], Any], *, seconds: float = 15.0) -> Any:
        """Wait until `check()` holds, looking again after each call; returns what it said."""
        end = time.monotonic() + seconds
        with self._called:
            while not (found := check()):
                left = end - time.monotonic()
                assert left > 0, f"did not happen within {seconds:.0f} s"
                self._called.wait(min(left, 0.05))
        return found

    # --- calls -------------------------------------------------------------------------------------------

    async def _call(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        finally:
            with self._called:
                self._called.notify_all()

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"].lower()
        params = await _params(request)
        self.calls.append((request.path_params["method"], params))
        if request.path_params["token"] != self.world.token:
            return self._refuse(method, ApiError(401, "Unauthorized"))
        fault = self._next_fault(method, _whole(params.get("chat_id")))
        if fault is not None and fault.kind == "error":
            return self._refuse(method, fault.error())
        if fault is not None and fault.kind == "cut":
            return _Cut()
        try:
            result = await self._result(method, params, request)
        except ApiError as error:
            return self._refuse(method, error)
        if fault is not None:
            if fault.kind == "lost_answer":
                return _Cut()
            if fault.kind == "error_after":
                return self._refuse(method, fault.error())
            if fault.kind == "garbled":
                return PlainTextResponse("<html>Bad Gateway</html>", status_code=502)
            while fault in self._faults:
                await self._change(0.5)
        return JSONResponse({"ok": True, "result": result})

    async def _result(self, method: str, params: Json, request: Request) -> Any:
        if method == "getupdates":
            return await self._get_updates(params, request)
        if method not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        with self.world.lock:
            if self.rates:
                self._rates.check(method, _whole(params.get("chat_id")) or 0)
            return METHODS[method](self.world, params)

    async def _get_updates(self, params: Json, request: Request) -> list[Any]:
        if self.world.webhook.url:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )
        self._polls += 1
        mine = self._polls
        self._wake()  # an older poll ends: the newer one wins
        _allow(self.world, params)
        offset, limit = _whole(params.get("offset")) or 0, _whole(params.get("limit")) or 100
        until = asyncio.get_running_loop().time() + float(params.get("timeout") or 0)
        while True:
            found = self.world.fetch(offset, min(max(limit, 1), 100))
            left = until - asyncio.get_running_loop().time()
            if found or left <= 0:
                return found
            if await request.is_disconnected() or (self._server and self._server.should_exit):
                return []
            await self._change(min(left, 0.5))
            if mine != self._polls:
                raise Fault("error", code=409).error()

    async def _download(self, request: Request) -> Response:
        wanted = request.path_params["path"]
        self.calls.append(("download", {"path": wanted}))
        fault = self._next_fault("download", None)
        if fault is not None:
            return _Cut() if fault.kind in ("cut", "lost_answer") else PlainTextResponse("", fault.code)
        found = next((one for one in self.world.files.values() if one.path == wanted), None)
        fresh = found is not None and self.world.clock() - found.linked_at <= FILE_LINK_SECONDS
        if found is None or not fresh or request.path_params["token"] != self.world.token:
            return self._refuse("download", ApiError(404, "Not Found"))
        return Response(found.data, media_type="application/octet-stream")

    def _refuse(self, method: str, error: ApiError) -> Response:
        self.refused.append((method, error.code))
        return JSONResponse(error.body(), status_code=error.code)

    def _next_fault(self, method: str, chat_id: int | None) -> Fault | None:
        with self.world.lock:
            fault = next((one for one in self._faults if one.meets(method, chat_id)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
                if fault.times == 0 and fault.kind != "slow":
                    self._faults.remove(fault)
            return fault

    # --- webhook and waking ------------------------------------------------------------------------------

    async def _deliver_webhooks(self) -> None:
        """One update after the other; what is not taken with 2xx is repeated."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            while True:
                hook, pending = self.world.webhook, self.world.first_pending()
                if not hook.url or pending is None:
                    await self._change(0.5)
                    continue
                headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
                try:
                    answer = await client.post(hook.url, json=pending.body, headers=headers)
                    said = (
                        "" if answer.is_success else f"Wrong response from the webhook: {answer.status_code}"
                    )
                except httpx.HTTPError as error:
                    said = f"Connection failed: {type(error).__name__}"
                if said:
                    hook.last_error, hook.last_error_at = said, self.world.clock()
                    await asyncio.sleep(_WEBHOOK_RETRY)
                else:
                    self.world.confirm(pending)

    async def _change(self, seconds: float) -> None:
        """Wait until something changed, at most `seconds`."""
        changed = self._changed
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await changed.wait()

    def _wake(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # closed between the look and the call
                loop.call_soon_threadsafe(self._wake_inside)

    def _wake_inside(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _run(self, listening: socket.socket) -> None:
        async def serve() -> None:
            self._changed = asyncio.Event()
            self._loop = asyncio.get_running_loop()
            webhooks = asyncio.create_task(self._deliver_webhooks())
            assert self._server is not None
            await self._server.serve(sockets=[listening])
            webhooks.cancel()

        asyncio.run(serve())


class _Cut(Response):
    """The connection ends in the middle of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"ok"', "more_body": True})
        raise ConnectionAbortedError("cut on demand")


class _Server(uvicorn.Server):
    """Signals belong to the test run; `up` is set when calls are answered."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.up.set()


async def _params(request: Request) -> Json:
    """Parameters from wherever the Bot API takes them: query, form, multipart, JSON."""
    params: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        params |= await request.json()
    elif kind:
        async with request.form(max_files=20) as form:
            for name, value in form.items():
                params[name] = await value.read() if isinstance(value, UploadFile) else value
    return params


def _whole(value: Any) -> int | None:
    try:
        return int(_json(value))
    except (TypeError, ValueError):
        return None
