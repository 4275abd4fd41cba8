"""The web floor: pages and forms. It translates HTTP to one service call and back."""

from scheduler.core.loading import stood_in

# A client for tests with its debugger, limits for asyncio: two megabytes that no page asks for.
with stood_in("flask_login.test_client", "limits.aio"):
    import flask_limiter
    import flask_login

__all__ = ["flask_limiter", "flask_login"]
