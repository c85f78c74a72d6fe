"""How lists of absent voters say that somebody votes by post or by proxy."""

import pytest

from canvassing.register.absent_rows import kind_of

SAID = {
    "postal": ["Postal", "postal ", "POSTAL VOTE", "Post", "Postal (permanent)", "A", "AV", "PV", "pv", "P.V."],
    "proxy": ["Proxy", "proxy vote", "Emergency Proxy", "Proxies", "P", "PX"],
    "postal_proxy": [
        "Postal Proxy", "postal_proxy", "PostalProxy", "Proxy (by post)", "Proxy Postal", "Proxy - Postal", "A/P", "PP",
        "PPV",
    ],
    "": ["", " ", "?", "In person", "Z", "Approved", "Poster", "Indefinite"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_a_status_is_read_in_words_and_as_a_code(kind: str, text: str) -> None:
    assert kind_of(text) == kind
