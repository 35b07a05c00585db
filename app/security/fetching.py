"""One request to an issuer: bounded in time and size, without redirects, read as it comes over the wire."""

import asyncio
from collections.abc import Mapping

import httpx

LIMIT_BYTES = 256 * 1024


async def fetch(
    client: httpx.AsyncClient,
    method: str,
    uri: str,
    *,
    timeout: float,
    accept: str = "application/json",
    form: Mapping[str, str] | None = None,
    authorization: tuple[str, str] | None = None,
) -> tuple[int, bytes]:
    """The status and body of an answer.

    Args:
        timeout: seconds for all of it.
        form: what is sent as `application/x-www-form-urlencoded`.
        authorization: name and password (RFC 7617).

    Raises:
        httpx.HTTPError, httpx.InvalidURL, TimeoutError: the issuer was not reached, or not in time.
        ValueError: the answer is larger than 256 KB.
    """
    # Raw and not compressed, so that the limit holds for what is kept in memory.
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    body = bytearray()
    async with (
        asyncio.timeout(timeout),
        client.stream(
            method,
            uri,
            headers=headers,
            data=form,
            auth=None if authorization is None else httpx.BasicAuth(*authorization),
            follow_redirects=False,
            timeout=timeout,
        ) as response,
    ):
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LIMIT_BYTES:
                raise ValueError("larger than 256 KB")
    return response.status_code, bytes(body)
