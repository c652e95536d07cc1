"""Whose matter a failure is, and what the owner reads. The first table was said by the real rclone 1.75."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.upload.causes import MOST_DETAIL, explain, read_cause, without_secrets
from appliance.upload.model import Blame

S3 = "operation error S3: {}, https response error StatusCode: {}, RequestID: , HostID: , "
NO_FS = 'Failed to create file system for "garage:moments/a.mp4": '

RECORDED: list[tuple[str, Blame, str]] = [
    (
        'Failed to create file system for destination "garag:moments/": didn\'t find section in config file ("garag")',
        "owner",
        "not set up",
    ),
    (NO_FS + "read metadata failed: 401 Unauthorized: 401 Unauthorized", "owner", "password"),
    (
        NO_FS + "NewFs: couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate, attempted methods "
        "[none password], no supported methods remain",
        "owner",
        "password",
    ),
    (
        "Failed to lsjson: "
        + S3.format("ListObjectsV2", 403)
        + "api error SignatureDoesNotMatch: The request signature we calculated does not match the signature you "
        "provided. Check your key and signing method.",
        "owner",
        "password",
    ),
    (
        NO_FS + 'NewFs: failed to make FTP connection to "127.0.0.1:42823": 530 "Incorrect password, not logged in"',
        "owner",
        "password",
    ),
    ("Failed to copyto: " + S3.format("HeadObject", 403) + "api error Forbidden: Forbidden", "owner", "let us write"),
    ("Failed to copyto: unchunked simple update failed: 403 Forbidden: 403 Forbidden", "owner", "let us write"),
    ("Failed to copyto: unchunked simple update failed: 507 Told", "owner", "full"),
    (
        "Failed to copyto: failed to prepare upload: "
        + S3.format("CreateBucket", 507)
        + "api error InsufficientStorage: Insufficient Storage",
        "owner",
        "full",
    ),
    (
        (
            'Failed to copyto: read metadata failed: Propfind "http://nonexistent.invalid/a.mp4": dial tcp: lookup '
            "nonexistent.invalid on 10.0.0.53:53: no such host"
        ),
        "world",
        "cannot be found",
    ),
    (
        "Failed to copyto: "
        + S3.format("HeadObject", 0)
        + 'request send failed, Head "http://127.0.0.1:37295/moments/a.mp4": dial tcp 127.0.0.1:37295: connect: '
        "connection refused",
        "world",
        "Nobody answers",
    ),
    (
        (
            'Failed to copyto: unchunked simple update failed: Put "http://127.0.0.1:50700/moments/f.mp4": read tcp '
            "127.0.0.1:34744->127.0.0.1:50700: read: connection reset by peer"
        ),
        "world",
        "broke off",
    ),
    ("Failed to copyto: Update ReadFrom failed: connection lost", "world", "broke off"),
    ("Failed to copyto: unchunked simple update failed: 500 Told", "world", "a fault of its own"),
    (
        "Failed to copyto: failed to prepare upload: "
        + S3.format("CreateBucket, exceeded maximum number of attempts, 3", 503)
        + "api error ServiceUnavailable: Service Unavailable",
        "world",
        "a fault of its own",
    ),
    ("Failed to copyto: unchunked simple update failed: 429 Told", "world", "spared"),
    (
        "Failed to copyto: unchunked simple update failed: Method Not Allowed: 405 Method Not Allowed",
        "world",
        "check its address",
    ),
    (
        (
            "Failed to copyto: corrupted on transfer: sizes differ src(Local file system at /tmp/x) 400000 vs "
            "dst(webdav root 'moments') 1000"
        ),
        "world",
        "damaged",
    ),
    ("Failed to copyto: " + S3.format("PutObject", 400) + "api error BadDigest: BadDigest", "world", "damaged"),
    ("Failed to copyto: object not found", "world", "did not keep"),
]

DOCUMENTED: list[tuple[str, Blame, str]] = [
    (
        'couldn\'t fetch token: invalid_grant: maybe token expired? - try refreshing with "rclone config reconnect d:"',
        "owner",
        "sign in again",
    ),
    (
        ('couldn\'t fetch token: Post "https://oauth2.googleapis.com/token": dial tcp: lookup '
        "oauth2.googleapis.com: no such host"),
        "world",
        "cannot be found",
    ),
    ("expired_access_token/...", "owner", "sign in again"),
    ("googleapi: Error 403: The user's Drive storage quota has been exceeded., storageQuotaExceeded", "owner", "full"),
    ("googleapi: Error 403: User rate limit exceeded., userRateLimitExceeded", "world", "spared"),
    ("googleapi: Error 403: Rate Limit Exceeded, rateLimitExceeded", "world", "spared"),
    ("path/insufficient_space/...", "owner", "full"),
    ("too_many_write_operations/...", "world", "spared"),
    ("sftp: write: no space left on device", "owner", "full"),
    ("552 Requested file action aborted, exceeded storage allocation", "owner", "full"),
    (
        ('Get "https://x/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: '
        "current time 1970-01-01T00:01:00Z is before 2026-01-01T00:00:00Z"),
        "world",
        "clock of the box is not set",
    ),
    (S3.format("HeadObject", 403) + "api error RequestTimeTooSkewed: too large", "world", "clock of the box"),
    (
        ('Get "https://x/": tls: failed to verify certificate: x509: certificate has expired or is not yet valid: '
        "current time 2026-11-24T10:00:00Z is after 2026-01-01T00:00:00Z"),
        "world",
        "has expired",
    ),
    ("x509: certificate signed by unknown authority", "world", "sign-in page"),
    ("invalid character '<' looking for beginning of value", "world", "sign-in page"),
    ("http: server gave HTTP response to HTTPS client", "world", "sign-in page"),
    (
        "NewFs: couldn't connect SSH: ssh: handshake failed: knownhosts: key mismatch",
        "owner",
        "another identity",
    ),
    (S3.format("PutObject", 404) + "api error NoSuchBucket: it does not exist", "owner", "folder or bucket"),
    ("dial tcp 10.0.0.1:22: connect: network is unreachable", "world", "no way to"),
    ("dial tcp 10.0.0.1:22: i/o timeout", "world", "in time"),
    ("context deadline exceeded", "world", "in time"),
    ("path/disallowed_name/...", "memory", "name"),
    ('sftp: "Permission denied" (SSH_FX_PERMISSION_DENIED)', "owner", "let us write"),
    ("Failed to copyto: open /var/a.mp4: no such file or directory", "memory", "gone from the box"),
]  # fmt: skip


def log(message: str, level: str = "error") -> str:
    return json.dumps({"time": "2026-11-24T10:11:50Z", "level": level, "msg": message, "source": "x.go:1"})


@pytest.mark.parametrize(("message", "blame", "words"), [*RECORDED, *DOCUMENTED])
@pytest.mark.parametrize("is_json", [True, False], ids=["json", "plain"])
def test_causes(message: str, blame: Blame, words: str, is_json: bool) -> None:
    cause = read_cause([log(message) if is_json else message])
    assert (cause.blame, words in cause.sentence) == (blame, True), cause
    assert explain(message) == cause.sentence


def test_a_missing_source_is_told_from_a_missing_folder() -> None:
    lines = [
        log("error reading source root directory: directory not found"),
        log("Failed to copyto: directory not found"),
    ]
    assert read_cause(lines).sentence == "The file is gone from the box."
    assert read_cause(lines[1:]).blame == "memory"


def test_the_storage_is_named() -> None:
    said = "401 Unauthorized"
    sentence = "The storage garage refused the password or key: set the storage up again."
    assert read_cause([said], storage="garage").sentence == sentence
    assert read_cause(["no such host"], storage="garage").sentence.startswith("The address of the storage garage ")


def test_what_is_not_known_is_the_memorys_own_matter_and_told_in_rclones_words() -> None:
    cause = read_cause([log("Copied", "info"), log("Failed to copyto: the frobnicator\nis\x1b[31m tired")], 1, "garage")
    assert cause.blame == "memory"
    assert cause.sentence == "The storage garage did not take it: Failed to copyto: the frobnicator is [31m tired"


def test_what_is_no_failure_tells_nothing() -> None:
    stats = json.dumps({"level": "notice", "msg": "", "stats": {"bytes": 500}})
    cause = read_cause([log("Copied: quota exceeded.mp4", "info"), stats], 1)
    assert cause.sentence == "The storage did not take it: rclone ended with 1"
    assert read_cause([], -9).blame == "world"


def test_addresses_are_not_mistaken_for_what_was_said() -> None:
    cause = read_cause(['Put "http://h:503/quota exceeded/401 x": 404 Not Found'.replace(" exceeded/401 x", "/401")])
    assert (cause.blame, "folder or bucket" in cause.sentence) == ("owner", True)


SECRET = "hunter-2-hunter"


@pytest.mark.parametrize(
    "text",
    [
        f'Propfind "https://me:{SECRET}@host/dav": it broke',
        f"sftp://me:{SECRET}@host:22: tired",
        f'{{"access_token":"{SECRET}"}} tired',
        f"https://s3/x?X-Amz-Signature={SECRET}&y=1 tired",
        f"Authorization: Bearer {SECRET}",
        f"password={SECRET}",
        f"client_secret: {SECRET}",
    ],
)
def test_secrets_are_starred(text: str) -> None:
    cause = read_cause([log(text)])
    assert SECRET not in f"{cause.sentence}{cause.detail}"
    assert "***" in cause.detail


@given(st.lists(st.one_of(st.text(), st.text().map(log), st.builds(lambda m: json.dumps({"msg": m}), st.integers()))))
def test_any_text_gives_a_cause(lines: list[str]) -> None:
    cause = read_cause(lines, 1, "garage")
    assert cause.blame in {"world", "owner", "memory"}
    assert cause.sentence
    assert f"{cause.sentence}{cause.detail}".isprintable()
    assert len(cause.detail) <= MOST_DETAIL


@given(
    st.text(alphabet=st.characters(categories=("L", "N")), min_size=6).filter(lambda one: one not in "https://host"),
    st.text(),
)
def test_no_password_of_an_address_is_told(password: str, around: str) -> None:
    told = without_secrets(f"{around.replace(password, '')} https://me:{password}@host/x failed")
    assert f":{password}@" not in told


@given(st.text())
def test_explaining_never_fails(text: str) -> None:
    assert explain(text).isprintable()
