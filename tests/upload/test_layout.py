"""Where a memory goes."""

from datetime import datetime

import pytest

from appliance.upload.layout import remote_folder, remote_path

PRESSED = datetime(2026, 11, 2, 10, 20, 0)  # noqa: DTZ001 - local time is what the owner reads
NAME = "2026-11-02T10-20-00-MEMORY.mp4"


@pytest.mark.parametrize(
    ("remote", "layout", "path"),
    [
        ("garage:moments", "{device}/{year}/{month}", f"garage:moments/box/2026/11/{NAME}"),
        ("garage:moments/", "{year}-{month}-{day}", f"garage:moments/2026-11-02/{NAME}"),
        ("garage:", "{device}", f"garage:box/{NAME}"),
        ("garage:", "", f"garage:{NAME}"),
        ("nas:/", "{device}", f"nas:/box/{NAME}"),
        ("nas:/srv", "", f"nas:/srv/{NAME}"),
    ],
)
def test_the_path_is_made_of_remote_layout_and_name(remote: str, layout: str, path: str) -> None:
    assert remote_path(remote, layout, "box", PRESSED, NAME) == path


def test_a_device_is_made_safe_and_never_read_as_a_template() -> None:
    assert remote_folder("{device}/{year}", "../{month}", PRESSED) == "-{month}/2026"


def test_a_misspelt_remote_is_refused() -> None:
    with pytest.raises(ValueError, match="must be NAME:FOLDER"):
        remote_path("garage", "{device}", "box", PRESSED, NAME)
