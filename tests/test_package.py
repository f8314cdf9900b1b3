"""The wheel alone is enough: installed into an empty environment, it has all it runs on."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.processes import ROOT, SCRIPTS, descendants, environment, sendout_up

PACKAGES = ("api", "workflows", "activities", "models", "templates")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", folder, ROOT], check=True, env=environment())
    (wheel,) = folder.glob("sendout-*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment with the wheel in it and nothing of this checkout."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, wheel], check=True, env=environment(PIP_DISABLE_PIP_VERSION_CHECK=1))
    # The dependencies are this environment's, without its link to the sources: a path named in a
    # .pth file is searched, but its own .pth files are not read.
    site = subprocess.check_output([python, "-c", "import site; print(site.getsitepackages()[0])"], text=True)
    (Path(site.strip()) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    (home / "bin/temporal").symlink_to(SCRIPTS / "temporal")
    return home / "bin"


def run(folder: Path, *command: str | Path) -> str:
    """What the command prints, run where no source is near."""
    return subprocess.check_output(command, cwd=folder, env=environment(), text=True)


def test_the_wheel_has_every_file_of_its_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith(PACKAGES)}
    tracked = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES], cwd=ROOT, text=True
    )
    assert packed == {name for name in tracked.splitlines() if (ROOT / name).exists()}


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(tmp_path, installed / "python", "-c", "import api.cli; print(api.cli.__file__)")
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_the_installed_command_explains_itself(installed: Path, tmp_path: Path) -> None:
    said = run(tmp_path, installed / "sendout", "--help")
    assert "outside processing" in said
    for command in ("up", "api", "worker", "migrate"):
        assert f" {command} " in said


def test_the_installed_command_migrates_a_new_folder(installed: Path, tmp_path: Path) -> None:
    said = run(tmp_path, installed / "sendout", "migrate", "--data-dir", tmp_path / "data")
    assert said == "The database is up to date.\n"
    assert (tmp_path / "data/sendout.db").exists()


def test_the_wheel_alone_runs_everything(installed: Path, tmp_path: Path) -> None:
    program = [str(installed / "sendout")]
    with sendout_up(tmp_path / "data", tmp_path / "log", program=program) as up:
        parts = descendants(up.running.pid).values()
        assert len(parts) == 4
        assert all(line.startswith(str(installed)) for line in parts)
        assert httpx2.get(f"{up.address}/api/v1/health/ready").status_code == 200
        assert httpx2.get(f"{up.address}/login").status_code == 200
