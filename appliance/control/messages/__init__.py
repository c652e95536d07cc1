"""What is said on the control socket: one JSON object a line, typed, tagged by `do` (asked) or `is` (answered).

A connection may ask any number of things, one after the other. Every request gets exactly one `Answer` line;
a waiting `save` and a `subscribe` send `Event` lines before (or instead of) it.
"""

from appliance.control.messages.base import Answer, Done, Refused, Request, Subscribe
from appliance.control.messages.memories import (
    Asked,
    Counted,
    Delete,
    Gap,
    Memories,
    MemoriesAnswer,
    Memory,
    MemoryChanged,
    MemoryState,
    Press,
    Save,
    SaveAnswer,
)
from appliance.control.messages.network import (
    Attempt,
    AttemptReason,
    AttemptState,
    HeardNetwork,
    Hotspot,
    HotspotReason,
    HotspotStatus,
    Internet,
    JoinedNetwork,
    JoinSecurity,
    KnownNetwork,
    Network,
    NetworkAnswer,
    NetworkChanged,
    NetworkMode,
    Security,
    SetCountry,
    WifiAttempt,
    WifiDrop,
    WifiForget,
    WifiJoin,
    WifiKeep,
    WifiKnown,
    WifiKnownAnswer,
    WifiPrefer,
    WifiScan,
    WifiScanAnswer,
)
from appliance.control.messages.status import (
    BoxStatus,
    CardLife,
    CardStatus,
    MemoriesStatus,
    RecordingChanged,
    RecordingState,
    RecordingStatus,
    RingStatus,
    Status,
    StatusAnswer,
)
from appliance.control.messages.storage import (
    Backend,
    BackendsAnswer,
    Choice,
    Question,
    Ready,
    Remote,
    RemotesAnswer,
    SignIn,
    Space,
    StorageAbort,
    StorageBackends,
    StorageBegin,
    StorageRemotes,
    StorageRemove,
    StorageReply,
    StorageTest,
    StorageTested,
)
from appliance.control.messages.upload import (
    CancelUpload,
    Departed,
    DepartedAnswer,
    DepartedMemory,
    MemoryUpload,
    Upload,
    UploadAnswer,
    UploadChanged,
    UploadProgress,
    UploadState,
    UploadStatus,
)

Event = RecordingChanged | MemoryChanged | UploadChanged | NetworkChanged | Counted | Asked

MemoryRequest = Save | Press | Memories | Delete
UploadRequest = Upload | CancelUpload | Departed
StorageRequest = (
    StorageBackends | StorageRemotes | StorageTest | StorageBegin | StorageReply | StorageAbort | StorageRemove
)
NetworkRequest = (
    Network | WifiScan | WifiKnown | WifiForget | WifiPrefer | WifiJoin | WifiKeep | WifiDrop | SetCountry | Hotspot
)
ServiceRequest = Status | MemoryRequest | UploadRequest | StorageRequest | NetworkRequest
"""What is answered by one answer."""

AnyRequest = ServiceRequest | Subscribe

Step = Question | SignIn | Ready
AnyAnswer = (
    StatusAnswer
    | SaveAnswer
    | MemoriesAnswer
    | UploadAnswer
    | DepartedAnswer
    | BackendsAnswer
    | RemotesAnswer
    | StorageTested
    | NetworkAnswer
    | WifiScanAnswer
    | WifiKnownAnswer
    | WifiAttempt
    | Step
    | Done
    | Refused
    | Event
)

__all__ = [
    "Answer",
    "AnyAnswer",
    "AnyRequest",
    "Asked",
    "Attempt",
    "AttemptReason",
    "AttemptState",
    "Backend",
    "BackendsAnswer",
    "BoxStatus",
    "CancelUpload",
    "CardLife",
    "CardStatus",
    "Choice",
    "Counted",
    "Delete",
    "Departed",
    "DepartedAnswer",
    "DepartedMemory",
    "Done",
    "Event",
    "Gap",
    "HeardNetwork",
    "Hotspot",
    "HotspotReason",
    "HotspotStatus",
    "Internet",
    "JoinSecurity",
    "JoinedNetwork",
    "KnownNetwork",
    "Memories",
    "MemoriesAnswer",
    "MemoriesStatus",
    "Memory",
    "MemoryChanged",
    "MemoryRequest",
    "MemoryState",
    "MemoryUpload",
    "Network",
    "NetworkAnswer",
    "NetworkChanged",
    "NetworkMode",
    "NetworkRequest",
    "Press",
    "Question",
    "Ready",
    "RecordingChanged",
    "RecordingState",
    "RecordingStatus",
    "Refused",
    "Remote",
    "RemotesAnswer",
    "Request",
    "RingStatus",
    "Save",
    "SaveAnswer",
    "Security",
    "ServiceRequest",
    "SetCountry",
    "SignIn",
    "Space",
    "Status",
    "StatusAnswer",
    "Step",
    "StorageAbort",
    "StorageBackends",
    "StorageBegin",
    "StorageRemotes",
    "StorageRemove",
    "StorageReply",
    "StorageRequest",
    "StorageTest",
    "StorageTested",
    "Subscribe",
    "Upload",
    "UploadAnswer",
    "UploadChanged",
    "UploadProgress",
    "UploadRequest",
    "UploadState",
    "UploadStatus",
    "WifiAttempt",
    "WifiDrop",
    "WifiForget",
    "WifiJoin",
    "WifiKeep",
    "WifiKnown",
    "WifiKnownAnswer",
    "WifiPrefer",
    "WifiScan",
    "WifiScanAnswer",
]
