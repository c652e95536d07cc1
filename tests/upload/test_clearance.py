"""What may be deleted after its upload."""

from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.upload.clearance import Policy, to_delete
from appliance.upload.model import Job

BYTES = st.integers(0, 50)
JOBS = st.lists(
    st.builds(
        Job,
        key=st.uuids().map(str),
        id=st.just("id"),
        name=st.just("name"),
        pressed_wall_s=st.floats(0, 1e9),
        size_bytes=st.integers(1, 20),
        sha256=st.just("00"),
        proof=st.sampled_from([None, "md5", "size"]),
        is_gone=st.booleans(),
        is_begun=st.booleans(),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(st.sampled_from(get_args(Policy)), JOBS, st.tuples(BYTES, BYTES, BYTES, BYTES, BYTES))
def test_only_what_is_proven_goes_and_no_more_than_the_owner_wants(
    policy: Policy, jobs: list[Job], bytes_: tuple[int, int, int, int, int]
) -> None:
    free, ring, capacity, reserve, wanted = bytes_
    chosen = to_delete(
        policy,
        jobs,
        free_bytes=free,
        ring_bytes=ring,
        ring_capacity_bytes=capacity,
        reserve_bytes=reserve,
        wanted_bytes=wanted,
    )

    here = [job for job in jobs if job.proof and not job.is_gone]
    if policy == "keep":
        assert chosen == []
    elif policy == "delete-when-proven":
        assert chosen == here
    else:
        assert chosen == here[: len(chosen)], "oldest first"
        missing = capacity + reserve + wanted - free - ring
        freed = sum(job.size_bytes for job in chosen)
        assert freed >= missing or chosen == here, "as many as are needed"
        assert not chosen or freed - chosen[-1].size_bytes < missing, "and not one more"
