"""What no page of ours may ever do in a browser, collected while tests use it."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

SAY_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
PARTS = {"script", "stylesheet", "image", "font", "manifest"}
ANSWERS = (  # a refused form or a missing page; and most pages are opened without the service worker (conftest.py)
    "Failed to load resource",
    "Service Worker registration blocked by Playwright",
    *("htmx:sendAbort", "htmx:afterRequest"),  # overtaken by a next page; one that broke is caught as a request
)
HARMLESS = ("net::ERR_ABORTED", "net::ERR_INTERNET_DISCONNECTED")  # overtaken by a next click; cut off by a test


@dataclass  # no slots: Playwright keeps its wrappers on whoever owns a handler
class Watch:
    """Console errors, errors of scripts, violations of the content policy, broken requests, foreign hosts."""

    host: str
    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of this context from now on."""
        context.add_init_script(SAY_VIOLATIONS)
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form or a missing page is an answer; the broken ones among them are caught as responses.
        if message.type in {"error", "warning"} and not message.text.startswith(ANSWERS):
            self.problems.append(f"console: {message.text} (on {message.page.url if message.page else '?'})")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error.stack or error.error.message}")

    def _request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme in {"http", "https", "ws", "wss"} and where.netloc != self.host:
            self.problems.append(f"asks another host: {request.url}")

    def _response(self, response: Response) -> None:
        part = response.request.resource_type in PARTS
        if response.status >= 500 or (part and response.status >= 400):
            self.problems.append(f"{response.status}: {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        if request.failure not in HARMLESS:
            self.problems.append(f"{request.failure}: {request.method} {request.url}")
