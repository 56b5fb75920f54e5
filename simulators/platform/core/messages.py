"""What is wrong with the platform's settings, by id in both languages.

Leaves what a request is refused with to `sentences` of this room.
"""

from __future__ import annotations

from simulators.sentences import Sentence, Words

UPLOAD_TIME = Words("a time of day such as 01:38:00", "时刻，例如 01:38:00")
"""What an upload time should be."""
KEY_WITHOUT_CERTIFICATE = Sentence(
    "platform-key-pair", "is missing; certificate and key go together", "缺少此项，证书与私钥须同时给出"
)
CLIENTS_WITHOUT_CERTIFICATE = Sentence(
    "platform-clients",
    "client certificates are asked for over TLS only; give certificate and key too",
    "仅 TLS 下要求客户端证书，请同时给出 certificate 和 key",
)
PORT_AND_BROKER = Sentence(
    "platform-broker",
    "{broker!r} is subscribed to, and port {port} is the embedded broker's; give one of them",
    "broker {broker!r} 用于订阅，port {port} 用于内置代理，只能取其一",
)
STORE_URL = Sentence(
    "platform-store",
    "expected sqlite:///… or postgresql+psycopg2://…, got {url!r}",
    "应为 sqlite:///… 或 postgresql+psycopg2://…，实际为 {url!r}",
)
