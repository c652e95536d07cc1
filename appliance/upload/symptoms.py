"""The table of what goes wrong with storages: the words that tell it, whose matter it is, what the owner reads.

The words are those of rclone 1.75 and of the servers behind it. The order counts: a sign-in that could not be renewed
because the network was away is the network's fault, and a refusal that asks for patience is no refusal.
"""

from typing import NamedTuple

from appliance.upload.model import Blame


class Symptom(NamedTuple):
    """`words`: alternatives, regular expressions, searched in the whole log without regard to case.

    `{storage}` in the sentence becomes its name.
    """

    blame: Blame
    sentence: str
    words: tuple[str, ...] = ()


DAMAGED = "The copy arrived damaged; it is sent again."
_PORTAL = (
    "Something else answers in the place of {storage}, such as the sign-in page of a Wi-Fi: sign in there, "
    "or use another network."
)
_CLOCK = "The clock of the box is not set, so {storage} cannot be trusted yet; the upload waits for the time."
_SPARE = "{storage} asks to be spared for a while; the upload goes on later."
_FULL = "{storage} is full: make room there."
_LOGIN = "{storage} refused the password or key: set the storage up again."
_SIGN_IN = "The sign-in to {storage} is no longer valid: sign in again."
_RIGHTS = "{storage} does not let us write there: look at the rights of the account, or set the storage up again."
_FOLDER = "The folder or bucket for the memories cannot be had in {storage}: check its address and its name."
_SLOW = "{storage} did not answer in time; the upload is tried again."
_BROKE = "The connection to {storage} broke off; the upload is tried again."
_TOO_BIG = "{storage} does not take a file of this size."

SYMPTOMS = (
    Symptom(
        "owner",
        "{storage} is not set up on this box: set it up, or correct `remote` in the settings.",
        ("didn't find section in config file",),
    ),
    Symptom(
        "owner",
        "{storage} is of a kind that is not known here: set it up again.",
        ("didn't find backend called", "unknown backend"),
    ),
    Symptom(
        "owner",
        "rclone's configuration is locked by a password: remove it, since nobody is here to type it.",
        ("unable to decrypt configuration", r"config.{0,30}encrypted", "most likely wrong password"),
    ),
    Symptom(
        "memory",
        "The file is gone from the box.",
        (
            "error reading source",
            "source file is being updated",
            r"\b(?:open|l?stat|read) /[^\n]*: no such file or directory",
        ),
    ),
    Symptom(
        "world",
        _SPARE,
        (
            *("ratelimitexceeded", r"rate.?limit", "too many requests", "too_many_(?:requests|write_operations)"),
            *(r"slow ?down\b", "request limit", "activitylimitreached", "(?:download|transaction)_cap_exceeded"),
        ),
    ),
    Symptom(
        "owner",
        _FULL,
        (
            *(r"quota.?exceeded", "quotalimitreached", r"(?:over|out of|exceed\w*(?: \w+)?) quota", "quota has been"),
            *(r"insufficient.?(?:space|storage)", "no space left", "not enough (?:space|storage)"),
            *("(?:disk|storage) (?:is )?full", "storage_cap_exceeded", r"storage.?limit.?exceeded", r"\b552[ -]"),
        ),
    ),
    Symptom(
        "world",
        _CLOCK,
        (r"current time \S+ is before", "requesttimetooskewed", "clock skew", "request ?(?:has )?expired"),
    ),
    Symptom(
        "world",
        "The certificate of {storage} has expired: whoever runs it must renew it, or the clock of the box is wrong.",
        ("certificate has expired",),
    ),
    Symptom(
        "world",
        _PORTAL,
        (
            *("x509:", "failed to verify certificate", "unknown certificate authority", "<html", "<!doctype"),
            *(r"but have <\w*html>", "invalid character '<'", "http response to https client", "malformed http"),
            *("does not look like a tls handshake", r"stopped after \d+ redirects", "network authentication required"),
            *("unsupported protocol scheme", "xml syntax error"),
        ),
    ),
    Symptom(
        "owner",
        "{storage} shows another identity than when it was set up: make sure that it is yours, then set it up again.",
        ("knownhosts: key", "host ?key (?:mismatch|verification)"),
    ),
    Symptom(
        "world",
        "The address of {storage} cannot be found: there is no way to the Internet, or the address is misspelt.",
        ("no such host", "server misbehaving", "name resolution", r"\blookup \S+(?: on \S+)?: "),
    ),
    Symptom(
        "world",
        "Nobody answers at the address of {storage}: it is switched off, or the network keeps it away.",
        ("connection refused",),
    ),
    Symptom(
        "world",
        "There is no way to {storage} from this network.",
        ("(?:network|host) is (?:unreachable|down)", "no route to host", "cannot assign requested address"),
    ),
    Symptom("world", _SLOW, ("deadline exceeded", r"timed? ?out")),
    Symptom(
        "world",
        _BROKE,
        (
            *("connection reset", "broken pipe", "unexpected eof", r": eof\b", "http2: ", "goaway"),
            *("connection (?:was )?(?:closed|lost|aborted)", r"closed (?:network )?connection", "incomplete ?body"),
        ),
    ),
    Symptom(
        "world",
        DAMAGED,
        ("corrupted on transfer", "baddigest", "invaliddigest", "checksum", r"content-?md5", "sizes differ"),
    ),
    Symptom(
        "owner",
        _SIGN_IN,
        (
            *("invalid_grant", "invalid_client", "unauthorized_client", "couldn't fetch token", "empty token"),
            *(r"token (?:has been |was |is )?(?:expired|revoked)", "(?:expired|invalid)_access_token"),
            *("invalidauthenticationtoken", "(?:expired|bad)_auth_token"),
        ),
    ),
    Symptom(
        "owner",
        _LOGIN,
        (
            *("unable to authenticate", "signaturedoesnotmatch", "invalidaccesskeyid", "authentication failed"),
            *(r"(?:login|password) (?:is )?(?:incorrect|failed|denied|invalid)", "not logged in", r"\b530[ -]"),
            *("(?:incorrect|invalid|wrong|bad) (?:password|login|credentials|user)", "failed to parse private key"),
            *(r"couldn't decrypt password", "failed to (?:decrypt|reveal)", "base64 decode failed"),
        ),
    ),
    Symptom(
        "owner",
        _RIGHTS,
        (
            *("accessdenied", "access denied", r"insufficient.?(?:permission|privilege|scope)", "permission denied"),
            *("operation not permitted", "not authori[sz]ed", r"read-?only file ?system"),
        ),
    ),
    Symptom(
        "memory",
        "{storage} does not take a file of this name.",
        (
            *("disallowed_name", "malformed_path", r"invalid.{0,5}(?:file|object|path).{0,5}name", "invalid name"),
            *(r"file ?name too long", "keytoolong", "nametoolong", "illegal character", "restricted_content"),
            r"\b553[ -]",
        ),
    ),
    Symptom(
        "memory",
        _TOO_BIG,
        ("entitytoolarge", "file (?:is )?too (?:large|big)", "file_too_big", "maximum (?:file|object) size"),
    ),
    Symptom(
        "owner",
        _FOLDER,
        (
            *(
                "nosuchbucket",
                "no such bucket",
                r"bucket.{0,60}(?:not found|does(?:n't| not) exist)",
                "bucketalreadyexists",
            ),
            *("invalidbucketname", "not a directory", "failed to make directory", r"mkdir.{0,200}failed"),
            *("couldn't find (?:root|drive)", "shared drive not found"),
        ),
    ),
    Symptom("world", "{storage} did not keep what was sent; it is sent again.", ("object not found",)),
)

BY_STATUS = {
    401: Symptom("owner", _LOGIN),
    403: Symptom("owner", _RIGHTS),
    404: Symptom("owner", _FOLDER),
    405: Symptom("world", "{storage} does not do what it was asked: if this stays, check its address."),
    407: Symptom("world", _PORTAL),
    408: Symptom("world", _SLOW),
    409: Symptom("owner", _FOLDER),
    413: Symptom("memory", _TOO_BIG),
    423: Symptom("world", "{storage} keeps the place locked; the upload is tried again."),
    429: Symptom("world", _SPARE),
    507: Symptom("owner", _FULL),
    511: Symptom("world", _PORTAL),
}
"""By the status of HTTP, where the words say nothing (RFC 9110, 4918, 6585)."""

ILL = Symptom("world", "{storage} has a fault of its own; the upload is tried again.")
"""Every other status from 500 on."""
