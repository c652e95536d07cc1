"""The whole of an update: each bundle that waits is installed, tried and kept, or not."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from appliance.update import settling
from appliance.update.inbox import drop, take
from appliance.update.installing import Installing
from appliance.update.outcome import Outcome, Result
from appliance.update.places import Places
from appliance.update.recorder import Recorder
from appliance.update.refusal import RefusedBundleError
from appliance.update.trial import Trial
from appliance.update.versions import Versions
from appliance.update.watch import Patience, Watch

_BETWEEN_LOOKS_S = 1.0

Say = Callable[[str], None]


class Updater:
    """Works through the inbox. Whoever runs it holds the shelf's lock."""

    def __init__(self, places: Places, versions: Versions, recorder: Recorder, patience: Patience, say: Say) -> None:
        self._places = places
        self._versions = versions
        self._recorder = recorder
        self._patience = patience
        self._say = say
        self._installing = Installing(places, versions)

    def run(self) -> None:
        """End the trial that was begun, if one was; then take every bundle."""
        trial = self._versions.trial()
        if trial:
            drop(self._places.opened / trial.request)  # a power cut may have come before we let go of it
        if trial and trial.version == self._versions.current and not self._is_safe_boot:
            self._conclude(trial, is_up=True)
        for bundle in take(self._places):
            self._take(bundle)

    @property
    def _is_safe_boot(self) -> bool:
        return self._places.safe.exists()

    def _take(self, bundle: Path) -> None:
        seen = self._recorder.look()
        try:
            trial = self._installing.prepare(bundle, was_recording=seen is not None and seen.is_recording)
        except RefusedBundleError as refused:
            self._tell("refused", refused.sentence, self._installing.version, bundle.name)
            return
        self._versions.begin_trial(trial)
        drop(bundle)
        if self._is_safe_boot:
            sentence = f"Version {trial.version} lies ready and is tried when the box is next switched on."
            self._tell("waiting", sentence, trial.version, trial.request)
            return
        self._say(f"Version {trial.version} is on trial.")
        self._versions.use(trial.version)
        self._conclude(trial, is_up=self._recorder.restart())

    def _conclude(self, trial: Trial, *, is_up: bool) -> None:
        reason = self._watched(trial) if is_up else "did not start"
        if reason is None:
            self._say(settling.keep(trial.version, self._places, self._versions) or "")
            return
        self._say(settling.go_back(trial, reason, self._places, self._versions))
        self._recorder.restart()
        self._versions.sweep({trial.previous})

    def _watched(self, trial: Trial) -> str | None:
        """Why the version is not well, after all patience; None if it is."""
        watch = Watch(trial.version, trial.was_recording, time.monotonic(), self._patience)
        while (verdict := watch.see(self._recorder.look(), time.monotonic())) == "wait":
            time.sleep(_BETWEEN_LOOKS_S)
        return None if verdict == "well" else watch.reason

    def _tell(self, result: Result, sentence: str, version: str | None, request: str) -> None:
        self._say(sentence)
        outcome = Outcome(result, sentence, version, request, time.time())
        self._versions.steps.write(self._places.outcome, msgspec.json.encode(outcome))
