"""The line against a plain list that is sorted anew each time."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from appliance.upload.line import Line
from appliance.upload.model import Cause, Job, Trouble

KEYS = st.sampled_from("abcdefgh")


class Lines(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.line = Line("newest-first")
        self.jobs: dict[str, Job] = {}
        self.awake: set[str] = set()

    @rule(
        key=KEYS,
        pressed=st.integers(0, 3),
        asked=st.integers(0, 2),
        setbacks=st.integers(0, 1),
        due_s=st.none() | st.integers(0, 5),
    )
    def put(self, key: str, pressed: int, asked: int, setbacks: int, due_s: int | None) -> None:
        size_bytes = 10 * pressed + ord(key)
        trouble = None if due_s is None else Trouble(Cause("memory", "It is."), 1, 1.0, due_s, "boot")
        self.jobs[key] = Job(
            key, key, key, pressed, size_bytes, "", asked_number=asked, setbacks=setbacks, trouble=trouble
        )
        self.line.put(self.jobs[key])
        self.awake.discard(key)
        if trouble is None:
            self.awake.add(key)

    @rule(key=KEYS)
    def remove(self, key: str) -> None:
        self.line.remove(key)
        self.jobs.pop(key, None)
        self.awake.discard(key)

    @rule(now_s=st.integers(0, 5))
    def wake(self, now_s: int) -> None:
        self.line.wake(now_s)
        self.awake |= {job.key for job in self.jobs.values() if job.trouble and job.trouble.due_s <= now_s}

    @invariant()
    def it_is_what_a_list_would_be(self) -> None:
        jobs = sorted(
            self.jobs.values(), key=lambda job: (-job.asked_number, job.setbacks, -job.pressed_wall_s, job.key)
        )
        ready = [job.key for job in jobs if job.key in self.awake]
        resting = [job for job in jobs if job.key not in self.awake]
        assert list(self.line) == ready
        assert sorted(self.line.resting) == sorted(job.key for job in resting)
        assert self.line.due_s == min((job.trouble.due_s for job in resting if job.trouble), default=None)
        assert [self.line.before(key) for key in ready] == list(range(len(ready)))
        assert all(self.line.before(job.key) is None for job in resting)
        assert len(self.line) == len(jobs)
        assert self.line.smallest == min(ready, key=lambda key: (self.jobs[key].size_bytes, key), default=None)
        assert self.line.asked == sum(job.asked_number > 0 for job in jobs)


TestLines = Lines.TestCase
TestLines.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
