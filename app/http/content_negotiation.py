"""Which media type is asked for, which one was sent (RFC 9110 § 12.5.1 and § 8.3)."""

from collections.abc import Sequence
from email.message import Message

from starlette.requests import Request

from app.http.problems import NOT_ACCEPTABLE, UNSUPPORTED_MEDIA_TYPE

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
CSV = "text/csv"
FHIR = "application/fhir+json"
NDJSON = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# The encoding of a CSV file is recognised (`app.http.csv_rows`), whichever of these is named.
_CSV_CHARSETS = ("windows-1252", "iso-8859-1", "us-ascii")


def media_type(content_type: str) -> tuple[str, str | None]:
    """The bare media type in lower case and the charset, if one is named."""
    message = Message()
    message["content-type"] = content_type
    charset = message.get_param("charset")
    return message.get_content_type(), str(charset).lower() if charset else None


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The offered media type that `Accept` prefers; the first offered wins a tie.

    Raises `NOT_ACCEPTABLE` when it accepts none.
    """
    if accept is None or accept.strip() in ("", "*/*"):
        return offered[0]
    ranges: list[tuple[str, float]] = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        ranges.append((name, quality))

    def weigh(offer: str) -> float:
        main = offer.split("/")[0]
        for pattern in (offer, f"{main}/*", "*/*"):
            found = [quality for name, quality in ranges if name == pattern]
            if found:
                return max(found)
        return 0.0

    best = max(offered, key=weigh)
    if weigh(best) <= 0:
        raise NOT_ACCEPTABLE(f"Svaret finst som {', '.join(offered)}.")
    return best


def require_content_type(request: Request, accepted: Sequence[str]) -> str:
    """The request's media type, one of `accepted`. Raises `UNSUPPORTED_MEDIA_TYPE`."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UNSUPPORTED_MEDIA_TYPE(
            "Send innhaldet upakka, utan «Content-Encoding».", headers={"Accept-Encoding": "identity"}
        )
    sent = request.headers.getlist("content-type")
    name, charset = media_type(sent[0]) if len(sent) == 1 else ("", None)
    charsets = (None, "utf-8", *_CSV_CHARSETS) if name == CSV else (None, "utf-8")
    if name not in accepted or charset not in charsets:
        headers = {"Accept-Patch" if request.method == "PATCH" else "Accept-Post": ", ".join(accepted)}
        raise UNSUPPORTED_MEDIA_TYPE(f"Send innhaldet som {' eller '.join(accepted)}, i UTF-8.", headers=headers)
    return name
