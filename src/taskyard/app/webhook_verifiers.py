"""Is a call from whom it says? The ways in which other systems sign their webhooks.

Sources: Conductor's table of verifiers; the signing rules that Slack, Stripe, Twitter and SendGrid publish. Every
comparison takes the same time wherever texts differ. Nothing is accepted without a secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

WINDOW = 300_000
"""Milliseconds by which the moment inside a signed call may differ from now."""


class Call(msgspec.Struct, frozen=True):
    """A call as it came in: header names in lower case; `now` in epoch milliseconds."""

    headers: Mapping[str, str]
    body: bytes
    now: int


class Expected(msgspec.Struct, frozen=True):
    """What a webhook demands, in clear."""

    verifier: str
    headers: dict[str, str] = {}
    header_key: str = ""
    secret: str = ""


def verified(call: Call, expected: Expected) -> bool:
    """The call carries what the webhook demands."""
    if expected.verifier == "HEADER_BASED":
        return bool(expected.headers) and all(
            _same(call.headers.get(name.lower(), ""), value) for name, value in expected.headers.items()
        )
    if not expected.secret:
        return False
    match expected.verifier:
        case "SIGNATURE_BASED":
            return _same(_header(call, expected), "sha256=" + _digest(expected.secret, call.body).hex())
        case "HMAC_BASED":
            return _hmac(call, expected)
        case "SLACK_BASED":
            return _slack(call, expected.secret)
        case "STRIPE":
            return _stripe(call, expected.secret)
        case "TWITTER":
            return _same(
                _header(call, expected, "x-twitter-webhooks-signature"),
                twitter_token(expected.secret, call.body),
            )
        case "SENDGRID":
            return _sendgrid(call, expected.secret)
    return False


def twitter_token(secret: str, message: bytes) -> str:
    """The answer to a challenge, and the signature of a body."""
    return "sha256=" + base64.b64encode(_digest(secret, message)).decode()


def _header(call: Call, expected: Expected, default: str = "") -> str:
    return call.headers.get((expected.header_key or default).lower(), "").strip()


def _digest(secret: str | bytes, message: bytes) -> bytes:
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, message, sha256).digest()


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _hmac(call: Call, expected: Expected) -> bool:
    """The secret is Base64; so is the signature, after `HMAC ` where a platform puts that."""
    try:
        key = base64.b64decode(expected.secret, validate=True)
    except (binascii.Error, ValueError):
        return False
    given = _header(call, expected, "authorization").removeprefix("HMAC ").strip()
    return _same(given, base64.b64encode(_digest(key, call.body)).decode())


def _slack(call: Call, secret: str) -> bool:
    moment = call.headers.get("x-slack-request-timestamp", "")
    if not _recent(moment, call.now):
        return False
    message = b"v0:" + moment.encode() + b":" + call.body
    return _same(call.headers.get("x-slack-signature", ""), "v0=" + _digest(secret, message).hex())


def _stripe(call: Call, secret: str) -> bool:
    pairs = [part.partition("=") for part in call.headers.get("stripe-signature", "").split(",")]
    moment = next((value for name, _, value in pairs if name.strip() == "t"), "")
    if not _recent(moment, call.now):
        return False
    wanted = _digest(secret, moment.encode() + b"." + call.body).hex()
    return any(_same(value, wanted) for name, _, value in pairs if name.strip() == "v1")


def _sendgrid(call: Call, key: str) -> bool:
    moment = call.headers.get("x-twilio-email-event-webhook-timestamp", "")
    if not _recent(moment, call.now):
        return False
    try:
        signature = base64.b64decode(
            call.headers.get("x-twilio-email-event-webhook-signature", ""), validate=True
        )
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(signature, moment.encode() + call.body, ECDSA(SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _recent(moment: str, now: int) -> bool:
    """The text is a moment in epoch seconds near now."""
    return (
        moment.isascii() and moment.isdigit() and len(moment) < 14 and abs(int(moment) * 1000 - now) <= WINDOW
    )
