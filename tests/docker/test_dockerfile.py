"""The Dockerfile, read as text: everything that it names exists, and the image is safe to run."""

import json
import re
import shlex
import tomllib

import pytest

from docs import ROOT
from docs.configuration import PREFIX, variable
from hub.config import Settings

LINES = (ROOT / "docker" / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
INSTRUCTIONS = [(line.split()[0], line.split(maxsplit=1)[1].strip()) for line in LINES if line and line[0].isupper()]
LAST_STAGE = INSTRUCTIONS[max(i for i, (word, _) in enumerate(INSTRUCTIONS) if word == "FROM") :]


def _last(word: str) -> str:
    return next(text for name, text in reversed(LAST_STAGE) if name == word)


def test_every_copied_path_exists() -> None:
    """What COPY takes from the context is in the repository, and in what the ignore file lets through."""
    ignore = (ROOT / "docker" / "Dockerfile.dockerignore").read_text().split()
    copied = [
        path
        for word, text in INSTRUCTIONS
        if word == "COPY" and not text.startswith("--from")
        for path in text.split()[:-1]
    ]

    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert f"!{path}" in ignore, path


def test_dependencies_are_a_layer_before_the_source() -> None:
    """They are installed, held to constraints.txt, before any source is copied."""
    steps = [text for word, text in INSTRUCTIONS if word in {"COPY", "RUN"}]
    installed = next(i for i, text in enumerate(steps) if "pip install" in text)

    assert "--constraint constraints.txt" in steps[installed]
    assert installed < steps.index("hub hub")


def test_the_image_has_nothing_of_the_build() -> None:
    """There is a build stage, and the last one takes the finished environment alone."""
    assert next(text for word, text in INSTRUCTIONS if word == "FROM").endswith(" AS build")
    assert [text for word, text in LAST_STAGE if word == "COPY"] == [
        "--from=build /opt/ocpi-hub /opt/ocpi-hub",
    ]


def test_the_hub_is_not_root() -> None:
    """It runs as a numbered user, so that an orchestrator can see that it is none of root's."""
    assert _last("USER") == "10001:10001"
    assert "--uid 10001" in _last("RUN")


def test_the_command_is_one_of_this_project() -> None:
    """The entry point is an installed script."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]

    assert json.loads(_last("ENTRYPOINT"))[0] in scripts
    assert json.loads(_last("CMD"))[0] == "serve"


def test_one_port_everywhere() -> None:
    """The port that is served is the one exposed and the one that the health check asks."""
    served = json.loads(_last("CMD"))

    assert served[served.index("--port") + 1] == _last("EXPOSE") == "8000"
    assert "http://127.0.0.1:8000/health" in _last("HEALTHCHECK")


def test_the_health_check_is_python_that_compiles() -> None:
    """No curl is needed; the program has no misprint."""
    command = json.loads(_last("HEALTHCHECK").partition("CMD ")[2])

    assert command[:2] == ["python", "-c"]
    compile(command[2], "health check", "exec")


def test_the_data_directory_is_the_volume_and_the_users_own() -> None:
    """HUB_DATA_DIR, the volume and the directory that the user owns are one."""
    environment = dict(pair.split("=", 1) for pair in shlex.split(_last("ENV")))

    assert json.loads(_last("VOLUME")) == [environment["HUB_DATA_DIR"]]
    assert f"--owner hub --group hub --mode 0700 {environment['HUB_DATA_DIR']}" in _last("RUN")


def test_the_hub_is_asked_to_stop_by_the_signal_that_it_knows() -> None:
    """SIGTERM lets it finish what is under way."""
    assert _last("STOPSIGNAL") == "SIGTERM"


@pytest.mark.parametrize("file", ["docker/Dockerfile", "docker/compose.yaml"])
def test_every_setting_that_is_named_exists(file: str) -> None:
    """A variable with the hub's prefix is a field of Settings."""
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", (ROOT / file).read_text()))

    assert named
    assert named <= {variable(field) for field in Settings.model_fields}
