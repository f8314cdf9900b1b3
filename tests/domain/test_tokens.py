"""Tokens of emailed links."""

from __future__ import annotations

import re

import pytest

from models.domain.tokens import fingerprint, link_token

SECRET = b"a secret of some length"


def test_a_token_is_256_bits_in_url_safe_letters() -> None:
    token = link_token(SECRET, "link-1")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)


def test_a_token_can_be_derived_again_for_a_resend() -> None:
    assert link_token(SECRET, "link-1") == link_token(SECRET, "link-1")


def test_another_link_or_another_secret_gives_another_token() -> None:
    tokens = {
        link_token(SECRET, "link-1"),
        link_token(SECRET, "link-2"),
        link_token(SECRET + b"!", "link-1"),
    }
    assert len(tokens) == 3


@pytest.mark.parametrize("secret", [b"", b"fifteen letters"])
def test_a_guessable_secret_signs_nothing(secret: bytes) -> None:
    with pytest.raises(ValueError, match="signs nothing"):
        link_token(secret, "link-1")


def test_a_fingerprint_does_not_contain_the_token() -> None:
    token = link_token(SECRET, "link-1")
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint(token))
    assert token not in fingerprint(token)
    assert fingerprint(token) == fingerprint(link_token(SECRET, "link-1"))
    assert fingerprint(token) != fingerprint(link_token(SECRET, "link-2"))
