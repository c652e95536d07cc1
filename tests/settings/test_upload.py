"""What is said about `[upload]`."""

from pathlib import Path

import pytest

from appliance.settings.reading import SettingsError, read_settings


def refusals(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "moment.toml"
    file.write_text(f"[upload]\n{text}\n")
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    return [sentence.removeprefix(f"{file}, ") for sentence in caught.value.sentences]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('remote = "garage"', 'line 2: upload.remote must be NAME:FOLDER, for example "garage:moments"'),
        ('remote = ":s3:moments"', "line 2: upload.remote must begin with the name of a storage that is set up"),
        ('rclone_config = ""', "line 2: upload.rclone_config must not be empty"),
        ('rclone_config = "~/rclone.conf"', 'line 2: upload.rclone_config must be written in full: "~" is not known'),
        ('hours = "22-6"', 'line 2: upload.hours must look like "22:00-06:00"'),
        ('hours = "22:00-22:00"', "line 2: upload.hours begins when it ends"),
        ('layout = "{yaer}"', 'line 2: upload.layout knows no field {yaer}; did you mean "{year}"?'),
        ('layout = "../{year}"', 'line 2: upload.layout must not hold a folder ".."'),
        ('device = "a/b"', "line 2: upload.device must be a plain name"),
        ('networks = ["home", " "]', "line 2: upload.networks must hold names of networks"),
        ('\nbehaviour = "on-networks"', "line 3: upload.networks must name at least one network"),
        ('behaviour = "at-onc"', 'did you mean "at-once"?'),
        ("monthly_cap_gb = 0", "line 2: upload.monthly_cap_gb must be a number, above 0"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    (sentence,) = refusals(tmp_path, text)

    assert said in sentence


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(refusals(tmp_path, 'remote = "x"\nhours = "x"\nlayout = "{x}"\ndevice = ""')) == 4


def test_a_whole_section_is_read(tmp_path: Path) -> None:
    file = tmp_path / "moment.toml"
    file.write_text(
        '[upload]\nremote = "garage:moments"\nrclone_config = "/data/rclone.conf"\nbehaviour = "on-networks"\n'
        'hours = "21:30-05:00"\nnetworks = ["home"]\nmetered = true\nlimit_mbit_s = 8\nmonthly_cap_gb = 20\n'
        'after_upload = "delete-oldest-proven"\nlayout = "{year}"\ndevice = "car"\norder = "oldest-first"\n'
        "reread = true\n"
    )

    upload = read_settings(file).upload

    assert (upload.remote, upload.networks, upload.limit_mbit_s) == ("garage:moments", ["home"], 8.0)
    assert (upload.after_upload, upload.order, upload.reread) == ("delete-oldest-proven", "oldest-first", True)
