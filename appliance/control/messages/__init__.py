"""What is said on the control socket: one JSON object a line, typed, tagged by `do` (asked) or `is` (answered).

A connection may ask any number of things, one after the other. Every request gets exactly one `Answer` line;
a waiting `save` and a `subscribe` send `Event` lines before (or instead of) it.
"""

from appliance.control.messages.base import (
    Answer,
    Done,
    Refused,
    Request,
    Subscribe,
)
from appliance.control.messages.box import (
    RESET_WORD,
    Diagnostics,
    DiagnosticsAnswer,
    FactoryReset,
    ResetPart,
    SetClock,
)
from appliance.control.messages.camera import (
    Camera,
    CameraKind,
    Cameras,
    CamerasAnswer,
    Picture,
    PictureAnswer,
)
from appliance.control.messages.memories import (
    Asked,
    Counted,
    Delete,
    Deleted,
    DeletedAnswer,
    DeletedMemory,
    Describe,
    Gap,
    Hold,
    HoldAnswer,
    Memories,
    MemoriesAnswer,
    Memory,
    MemoryChanged,
    MemoryState,
    Press,
    Save,
    SaveAnswer,
    Undelete,
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
from appliance.control.messages.ring import (
    Keep,
    Ring,
    RingAnswer,
    RingGap,
    RingSegment,
)
from appliance.control.messages.settings import (
    ChangeSettings,
    Mistake,
    Setting,
    SettingKind,
    Settings,
    SettingsAnswer,
    SettingsChanged,
    SettingsRefused,
    SettingsSection,
    SettingValue,
)
from appliance.control.messages.status import (
    BoxStatus,
    CardLife,
    CardStatus,
    MachineStatus,
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
    Share,
    ShareAnswer,
    Upload,
    UploadAnswer,
    UploadChanged,
    UploadProgress,
    UploadState,
    UploadStatus,
)

Event = RecordingChanged | MemoryChanged | UploadChanged | NetworkChanged | Counted | Asked

PressRequest = Save | Press | Hold | Keep
MemoryRequest = Memories | Describe | Delete | Undelete | Deleted
UploadRequest = Upload | CancelUpload | Departed | Share
StorageRequest = (
    StorageBackends | StorageRemotes | StorageTest | StorageBegin | StorageReply | StorageAbort | StorageRemove
)
NetworkRequest = (
    Network | WifiScan | WifiKnown | WifiForget | WifiPrefer | WifiJoin | WifiKeep | WifiDrop | SetCountry | Hotspot
)
SettingsRequest = Settings | ChangeSettings
CameraRequest = Cameras | Picture
BoxRequest = SetClock | Diagnostics | FactoryReset
ServiceRequest = (
    Status
    | Ring
    | PressRequest
    | MemoryRequest
    | UploadRequest
    | StorageRequest
    | NetworkRequest
    | SettingsRequest
    | CameraRequest
    | BoxRequest
)
"""What is answered by one answer."""

AnyRequest = ServiceRequest | Subscribe

Step = Question | SignIn | Ready
AnyAnswer = (
    StatusAnswer
    | RingAnswer
    | SaveAnswer
    | HoldAnswer
    | MemoriesAnswer
    | DeletedAnswer
    | UploadAnswer
    | DepartedAnswer
    | ShareAnswer
    | BackendsAnswer
    | RemotesAnswer
    | StorageTested
    | NetworkAnswer
    | WifiScanAnswer
    | WifiKnownAnswer
    | WifiAttempt
    | Step
    | SettingsAnswer
    | SettingsChanged
    | SettingsRefused
    | CamerasAnswer
    | PictureAnswer
    | DiagnosticsAnswer
    | Done
    | Refused
    | Event
)

__all__ = [
    "RESET_WORD",
    "Answer",
    "AnyAnswer",
    "AnyRequest",
    "Asked",
    "Attempt",
    "AttemptReason",
    "AttemptState",
    "Backend",
    "BackendsAnswer",
    "BoxRequest",
    "BoxStatus",
    "Camera",
    "CameraKind",
    "CameraRequest",
    "Cameras",
    "CamerasAnswer",
    "CancelUpload",
    "CardLife",
    "CardStatus",
    "ChangeSettings",
    "Choice",
    "Counted",
    "Delete",
    "Deleted",
    "DeletedAnswer",
    "DeletedMemory",
    "Departed",
    "DepartedAnswer",
    "DepartedMemory",
    "Describe",
    "Diagnostics",
    "DiagnosticsAnswer",
    "Done",
    "Event",
    "FactoryReset",
    "Gap",
    "HeardNetwork",
    "Hold",
    "HoldAnswer",
    "Hotspot",
    "HotspotReason",
    "HotspotStatus",
    "Internet",
    "JoinSecurity",
    "JoinedNetwork",
    "Keep",
    "KnownNetwork",
    "MachineStatus",
    "Memories",
    "MemoriesAnswer",
    "MemoriesStatus",
    "Memory",
    "MemoryChanged",
    "MemoryRequest",
    "MemoryState",
    "MemoryUpload",
    "Mistake",
    "Network",
    "NetworkAnswer",
    "NetworkChanged",
    "NetworkMode",
    "NetworkRequest",
    "Picture",
    "PictureAnswer",
    "Press",
    "PressRequest",
    "Question",
    "Ready",
    "RecordingChanged",
    "RecordingState",
    "RecordingStatus",
    "Refused",
    "Remote",
    "RemotesAnswer",
    "Request",
    "ResetPart",
    "Ring",
    "RingAnswer",
    "RingGap",
    "RingSegment",
    "RingStatus",
    "Save",
    "SaveAnswer",
    "Security",
    "ServiceRequest",
    "SetClock",
    "SetCountry",
    "Setting",
    "SettingKind",
    "SettingValue",
    "Settings",
    "SettingsAnswer",
    "SettingsChanged",
    "SettingsRefused",
    "SettingsRequest",
    "SettingsSection",
    "Share",
    "ShareAnswer",
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
    "Undelete",
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
