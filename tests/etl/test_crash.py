"""SIGKILL the real loader at any moment, run it again, and all is as if nothing had happened."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from etl import verify
from etl.compaction import SETTING
from tests.etl.loading import lay, load_all
from tests.etl.world import FIRST, SECOND, State, assert_sound, fingerprint, run, state
from warehouse import NoGeneration, Settings

ROOT = Path(__file__).parents[2]
KILLED = Path(__file__).with_name("killed.py")

# The step before which the loader is killed, by a part of its text, and which of several.
MOMENTS = {
    "with some files in the lake": ("os.rename", ".parquet", 2),
    "before the ledger folder is in place": ("os.rename", "staging/ledger", 0),
    "before the generation is in place": ("os.rename", "generations/", 0),
    "before the commit": ("os.rename", "warehouse.duckdb.next", 0),
    "after the commit": ("shutil.rmtree", "staging", 0),
    "before the cache is written": ("os.rename", "seen.json.next", 0),
}
# The second load also takes back a file of the first.
TAKEN_BACK = hashlib.sha256(FIRST["health/2017-05-09.csv"].encode()).hexdigest()
THEN = {**SECOND, "retract.csv": f"source_id,reason\n{TAKEN_BACK},from the wrong site\n"}
COMMITTED = ("after the commit", "before the cache is written")


@dataclass(slots=True)
class Scene:
    """A load that is to be killed: what lay there before, what readers may see from its start to
    its end, the steps that it takes and how long it takes undisturbed.
    """

    settings: Settings
    command: list[str]
    snapshot: Path
    states: list[State | None]
    steps: list[str]
    seconds: float

    @property
    def new(self) -> State | None:
        return self.states[-1]

    def restore(self) -> None:
        """Put the data folder back to what it was before the load."""
        shutil.rmtree(self.settings.data, ignore_errors=True)
        if self.snapshot.exists():
            shutil.copytree(self.snapshot, self.settings.data, symlinks=True)

    def kill_before(self, number: int) -> int:
        """Kill the loader before its step of that number; returns its exit status."""
        return started([str(KILLED), str(number), str(self.settings.data), *self.command]).wait()

    def kill_after(self, seconds: float) -> None:
        """Kill the loader some time after its start, if it is still there."""
        process = started(self.command)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()

    @property
    def link(self) -> str | None:
        """Where warehouse.duckdb leads."""
        link = self.settings.warehouse
        return os.readlink(link) if link.is_symlink() else None

    def assert_recovers(self) -> None:
        """Readers see one of the states, and after another run exactly the new one."""
        incoming = fingerprint(self.settings.incoming)
        assert readable(self.settings) in self.states
        assert run(self.settings) == 0
        assert state(self.settings) == self.new
        assert_sound(self.settings)
        assert fingerprint(self.settings.incoming) == incoming


def started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def readable(settings: Settings) -> State | None:
    try:
        return state(settings)
    except NoGeneration:
        return None


def scene(root: Path, loads: list[dict[str, str]], lost: bool = False) -> Scene:
    """A world where all `loads` but the last were loaded, which is about to be.

    The warehouse made by them may have been `lost` since, so that only the lake is there.
    """
    *loaded, arriving = loads
    settings = load_all(root, loaded)
    states = [readable(settings)]
    if lost:
        shutil.rmtree(settings.generations)
        states.insert(0, None)
    if loaded:
        shutil.copytree(settings.data, root / "before", symlinks=True)
    lay(settings.incoming, arriving)
    command = [
        *(str(ROOT / "etl" / "load.py"), "--json"),
        *("--incoming", str(settings.incoming), "--data", str(settings.data)),
    ]
    begin = time.monotonic()
    whole = subprocess.run(
        [sys.executable, KILLED, "0", settings.data, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.monotonic() - begin
    states.append(state(settings))
    return Scene(settings, command, root / "before", states, whole.stderr.splitlines(), seconds)


@pytest.fixture(scope="module", autouse=True)
def joining() -> Iterator[None]:
    """The loads also join small files of the lake."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(SETTING, "1")
        yield


@pytest.fixture(scope="module")
def over_nothing(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("first"), [FIRST])


@pytest.fixture(scope="module")
def over_a_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("second"), [FIRST, THEN])


@pytest.fixture(scope="module")
def over_a_lost_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("lost"), [FIRST, THEN], lost=True)


@pytest.fixture(params=["over_nothing", "over_a_warehouse", "over_a_lost_warehouse"])
def any_scene(request: pytest.FixtureRequest) -> Scene:
    found: Scene = request.getfixturevalue(request.param)
    return found


def number_of(chosen: Scene, moment: str) -> int:
    """The number, from 1, of the step that a moment names."""
    event, part, which = MOMENTS[moment]
    return [
        number
        for number, step in enumerate(chosen.steps, 1)
        if step.startswith(event) and part in step
    ][which]


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_over_a_warehouse(over_a_warehouse: Scene, moment: str) -> None:
    over_a_warehouse.restore()
    before = over_a_warehouse.link
    number = number_of(over_a_warehouse, moment)
    assert over_a_warehouse.kill_before(number) == -signal.SIGKILL
    assert (over_a_warehouse.link != before) == (moment in COMMITTED)
    over_a_warehouse.assert_recovers()


@pytest.mark.parametrize("moment", ["before the ledger folder is in place", "before the commit"])
def test_killed_in_the_first_load(over_nothing: Scene, moment: str) -> None:
    over_nothing.restore()
    assert over_nothing.kill_before(number_of(over_nothing, moment)) == -signal.SIGKILL
    over_nothing.assert_recovers()


def test_killed_at_some_time(over_a_warehouse: Scene) -> None:
    over_a_warehouse.restore()
    over_a_warehouse.kill_after(0.75 * over_a_warehouse.seconds)
    over_a_warehouse.assert_recovers()


def test_killed_again_while_clearing_up(over_a_warehouse: Scene) -> None:
    over_a_warehouse.restore()
    over_a_warehouse.kill_before(number_of(over_a_warehouse, "before the generation is in place"))
    over_a_warehouse.kill_before(6)
    over_a_warehouse.assert_recovers()


@pytest.mark.parametrize(
    "moment",
    [
        "before the ledger folder is in place",
        pytest.param("with some files in the lake", marks=pytest.mark.torture),
        pytest.param("before the generation is in place", marks=pytest.mark.torture),
        pytest.param("before the commit", marks=pytest.mark.torture),
        pytest.param("after the commit", marks=pytest.mark.torture),
    ],
)
def test_repaired_after_a_kill(over_a_warehouse: Scene, moment: str) -> None:
    over_a_warehouse.restore()
    over_a_warehouse.kill_before(number_of(over_a_warehouse, moment))
    assert verify.main(["--repair", "--data", str(over_a_warehouse.settings.data)]) == 0
    over_a_warehouse.assert_recovers()


@pytest.mark.torture
def test_killed_while_repairing(over_a_warehouse: Scene) -> None:
    settings = over_a_warehouse.settings
    command = [str(ROOT / "etl" / "verify.py"), "--repair", "--data", str(settings.data)]
    number = 0
    status = -signal.SIGKILL
    while status == -signal.SIGKILL:
        number += 1
        over_a_warehouse.restore()
        status = started([str(KILLED), str(number), str(settings.data), *command]).wait()
        assert readable(settings) == over_a_warehouse.states[0]
        over_a_warehouse.assert_recovers()
    assert status == 0
    assert number > 10


@pytest.mark.torture
def test_killed_before_every_step(any_scene: Scene) -> None:
    for number in range(1, len(any_scene.steps) + 1):
        any_scene.restore()
        assert any_scene.kill_before(number) == -signal.SIGKILL, any_scene.steps[number - 1]
        any_scene.assert_recovers()


@pytest.mark.torture
def test_killed_at_many_times(any_scene: Scene) -> None:
    dice = random.Random(1)
    for _ in range(60):
        any_scene.restore()
        any_scene.kill_after(dice.uniform(0.2, 1.1) * any_scene.seconds)
        any_scene.assert_recovers()


@pytest.mark.torture
def test_killed_over_and_over(any_scene: Scene) -> None:
    dice = random.Random(2)
    for _ in range(25):
        any_scene.restore()
        for _ in range(dice.randint(2, 5)):
            any_scene.kill_before(dice.randint(1, len(any_scene.steps)))
        any_scene.assert_recovers()
