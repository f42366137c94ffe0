"""``corridor-sim run``: what is printed where, what is written, and exit codes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from corridor_sim.cli.run import folder_name
from corridor_sim.results import Results
from corridor_sim.scenario import Scenario
from tests.cli.conftest import Call, command, environment, process
from tests.theory.stations import write_station

FILES = [
    "box_pools.parquet",
    "departures.parquet",
    "facilities.parquet",
    "legs.parquet",
    "lockages.parquet",
    "manifest.json",
    "map.html",
    "queues.parquet",
    "shipments.parquet",
    "summary.json",
]
KEYS = {
    "": [
        "scenario",
        "seed",
        "replication",
        "engine",
        "counts",
        "timing_s",
        "corridors",
        "totals",
        "goal",
        "log_digest",
    ],
    "counts": ["shipments", "teu", "departures", "events"],
    "timing_s": ["network", "demand", "plan", "engine", "statistics", "total"],
    "totals": [
        "offered_value_cny",
        "value_cny",
        "delivered_value_cny",
        "teu",
        "unserved_teu",
        "delayed_cny_days",
        "stock_cny",
        "subsidy_cny",
    ],
    "goal": ["target_cny", "share"],
}
CORRIDOR_KEYS = [
    "teu",
    "value_cny",
    "median_h",
    "p95_h",
    "cost_cny_per_teu",
    "co2e_kg_per_teu",
    "stock_cny_per_teu",
    "subsidy_cny_per_teu",
    "delayed_cny_days",
]
HOSTILE = [
    "../../evil",
    "/etc/passwd",
    "..",
    ".",
    "-rf",
    "~",
    "$(reboot)",
    "a b;c&d|e",
    "CON",
    "NUL",
    "C:\\windows\\x",
    "%2e%2e%2f",
    "重庆",
    "=1+1",
    "x" * 200,
    "[red]bold[/red]",
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def test_results_go_to_files_and_the_summary_to_the_screen(call: Call, config: Path) -> None:
    done = call("run", config)
    assert done.code == 0
    (folder,) = Path("results").iterdir()
    assert re.fullmatch(r"small-1-[0-9a-f]{8}", folder.name)
    assert sorted(path.name for path in folder.iterdir()) == FILES
    lines = done.out.splitlines()
    assert lines[0] == "small: A small network"
    assert lines[-3:-1] == [f"Results: {folder}", f"Map:     {folder / 'map.html'}"]
    assert re.match(r"Took [\d.]+ s \(network", lines[-1])
    assert all(len(line) <= 100 for line in lines)
    # Nothing else was left behind.
    assert [path.name for path in Path.cwd().iterdir()] == ["results"]


def test_progress_goes_to_standard_error_every_tenth(call: Call, config: Path) -> None:
    done = call("run", config, "--out", "out")
    tenths = [line for line in done.err.splitlines() if line.startswith("Simulating small: ")]
    assert tenths == done.err.splitlines()
    shares = [int(line.split(": ")[1].split(" %")[0]) for line in tenths]
    assert shares == sorted(set(shares))
    assert len(shares) >= 9
    assert all(share % 10 == 0 for share in shares)
    assert re.search(r"10 %, at 2024-12-\d\d$", tenths[0])
    assert "Simulating" not in done.out
    assert call("run", config, "--out", "quiet", "--quiet").err == ""


def test_json_prints_one_object_with_the_promised_keys(call: Call, config: Path) -> None:
    done = call("run", config, "--json", "--seed", "3", "--replication", "2")
    assert done.code == 0
    assert done.out.count("\n") == 1
    told = json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert list(told) == KEYS[""]
    for part, keys in KEYS.items():
        if part:
            assert list(told[part]) == keys, part
    assert set(told["corridors"]) == {"coastal"}
    assert list(told["corridors"]["coastal"]) == CORRIDOR_KEYS
    assert (told["scenario"], told["seed"], told["replication"]) == ("small", 3, 2)
    assert told["counts"]["shipments"] > 30
    assert re.fullmatch(r"[0-9a-f]{64}", told["log_digest"])
    (folder,) = Path("results").iterdir()
    assert folder.name.startswith("small-3-r2-")
    kept = json.loads((folder / "summary.json").read_text())
    assert {**kept, "timing_s": None} == {**told, "timing_s": None}
    assert done.err.splitlines()[-1] == f"Results: {folder}"


def test_the_same_address_gives_the_same_bytes(call: Call, config: Path) -> None:
    digests = [
        json.loads(call("run", config, "--json", "--seed", seed, "--out", f"out{n}").out)
        for n, seed in enumerate(("1", "1", "2"))
    ]
    first, again, other = (told["log_digest"] for told in digests)
    assert first == again != other
    for name in FILES:
        if name not in ("manifest.json", "summary.json"):
            assert (Path("out0") / name).read_bytes() == (Path("out1") / name).read_bytes(), name


@pytest.mark.parametrize("seed", [str(2**63), str(10**30)])
def test_large_seeds(call: Call, config: Path, seed: str) -> None:
    done = call("run", config, "--seed", seed, "--json", "--out", "out")
    assert json.loads(done.out)["seed"] == int(seed)
    assert Results.load("out").seed == int(seed)


def test_settings_are_applied_and_change_the_folder(call: Call, config: Path) -> None:
    half = call("run", config, "--json", "--set", "demand.scale=0.5", "--set", "title=a=b")
    full = call("run", config, "--json")
    assert half.code == full.code == 0
    counts = [json.loads(done.out)["counts"]["shipments"] for done in (half, full)]
    assert counts[0] < counts[1]
    assert len(list(Path("results").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "pattern"),
    [
        ((), "Missing argument 'SCENARIO'"),
        (("nothing",), "Error: nothing: no such scenario; allowed: the path of a YAML file"),
        (("baseline_2052",), "did you mean 'baseline_2025'"),
        (("x" * 5000,), r"xxx \.\.\.: no such scenario"),
        (("baseline_2025", "--seed", "-1"), "'--seed': -1 is not in the range x>=0"),
        (("baseline_2025", "--seed", "one"), "'--seed': 'one' is not a valid integer"),
        (("baseline_2025", "--engine", "warp"), "'warp' is not one of"),
        (("baseline_2025", "--sede", "1"), "No such option.*--sede.*--seed"),
        (("baseline_2025", "extra"), "unexpected extra argument"),
        (("baseline_2025", "--set", "demand.scale"), "--set demand.scale: has no '='; allowed"),
        (("baseline_2025", "--set", "demnd.scale=2"), "--set demnd.scale: unknown key 'demnd'"),
        (
            ("baseline_2025", "--set", "demand.scale=2", "--set", "demand.scale=3"),
            "--set demand.scale: is given 2 times; keep one",
        ),
        (
            ("baseline_2025", "--set", "period.days=many", "--set", "a.b=1"),
            "2 faults found\n--set a.b: .*\n--set period.days: must be a whole number, not 'many'",
        ),
    ],
)
def test_bad_usage_exits_with_2(call: Call, arguments: tuple[str, ...], pattern: str) -> None:
    done = call("run", *arguments)
    assert done.code == 2
    assert done.out == ""
    assert re.search(pattern, done.err), done.err
    assert "Traceback" not in done.err
    assert list(Path.cwd().iterdir()) == []


def test_a_result_that_is_there_is_kept_without_force(call: Call, config: Path) -> None:
    assert call("run", config, "--out", "out").code == 0
    before = (Path("out") / "manifest.json").read_bytes()
    done = call("run", config, "--out", "out", "--seed", "2")
    assert done.code == 2
    assert "out exists already; name another folder with --out or replace it with --force" in (
        done.err
    )
    assert "Simulating" not in done.err, "refused before the run, not after it"
    assert (Path("out") / "manifest.json").read_bytes() == before
    assert call("run", config, "--out", "out", "--seed", "2", "--force").code == 0
    assert (Path("out") / "manifest.json").read_bytes() != before


@pytest.mark.parametrize(
    ("place", "pattern"),
    [
        ("thesis", "thesis exists and is no result folder .* so it is not replaced"),
        ("thesis/chapter.txt", "chapter.txt exists and is no result folder"),
        ("thesis/chapter.txt/deeper", "cannot be written: .*chapter.txt is a file"),
        ("link", "link exists and is no result folder"),
        ("dangling", "dangling exists"),
        ("x" * 300, "cannot be written: File name too long"),
        ("/proc/nothing/here", "cannot (be written|write)"),
    ],
)
def test_places_that_are_refused_before_the_run(
    call: Call, config: Path, place: str, pattern: str
) -> None:
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("years of work")
    Path("link").symlink_to("thesis")
    Path("dangling").symlink_to("nowhere")
    done = call("run", config, "--out", place, "--force", "--quiet")
    assert done.code in ((1, 2) if place.startswith("/proc") else (2,))
    assert re.search(pattern, done.err), done.err
    assert "Traceback" not in done.err
    assert Path("thesis/chapter.txt").read_text() == "years of work"


def test_an_empty_folder_is_filled(call: Call, config: Path) -> None:
    Path("out").mkdir()
    assert call("run", config, "--out", "out").code == 0
    assert (Path("out") / "map.html").is_file()


@pytest.mark.parametrize("name", HOSTILE)
def test_names_never_become_paths(name: str) -> None:
    scenario = Scenario(name=name)
    folder = folder_name(scenario, seed=1, replication=0)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*-1-[0-9a-f]{8}", folder), folder
    assert len(folder) < 100
    assert Path("results", folder).resolve().parent == Path("results").resolve()


@pytest.mark.parametrize("name", ["../../evil", "[red]x[/red]", "/x"])
def test_a_hostile_name_is_shown_and_kept_but_no_path(call: Call, config: Path, name: str) -> None:
    done = call("run", config, "--set", f"name='{name}'", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["scenario"] == name
    assert f"Simulating {name}: 10 %" in done.err
    assert [path.name for path in Path.cwd().iterdir()] == ["results"]
    assert [path.name for path in Path.cwd().parent.iterdir()] == ["here"]


def test_a_name_cannot_act_on_the_terminal(call: Call, config: Path) -> None:
    done = call("run", config, "--set", 'name="a\\e[2Jb"')
    assert done.code == 2
    assert "name: holds the invisible character U+001B" in done.err
    assert "\x1b" not in done.err


def test_a_run_that_is_too_large_is_refused(call: Call, config: Path) -> None:
    done = call("run", config, "--set", "limits.max_shipments=10")
    assert done.code == 2
    assert re.search(r"about 80 shipments .*allowed: 10 .limits.max_shipments", done.err)
    assert "Simulating" not in done.err
    assert list(Path.cwd().iterdir()) == []


def test_a_fault_in_the_engine_leaves_nothing(
    call: Call, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **_options: object) -> None:
        raise OSError(5, "Input/output error", "map.html")

    monkeypatch.setattr("corridor_sim.maps.write_map", broken)
    done = call("run", config, "--out", "deep/er/out")
    assert done.code == 1
    assert "Error: cannot write map.html: Input/output error" in done.err
    assert [path.name for path in Path.cwd().rglob("*")] == ["deep", "er"]


def test_ctrl_c_while_the_results_are_written(
    call: Call, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object, path: Path, **_options: object) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr("corridor_sim.maps.write_map", interrupted)
    done = call("run", config, "--out", "out")
    assert done.code == 130
    assert done.out == ""
    assert done.err.splitlines()[-1] == "Interrupted; nothing half-written was left."
    assert list(Path.cwd().iterdir()) == []


@pytest.fixture(scope="module")
def long_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a scenario that takes its time."""
    folder = tmp_path_factory.mktemp("long")
    write_station(folder / "net", boxes_per_day=150)
    path = folder / "long.yaml"
    path.write_text("network: net\nperiod: {days: 1000, warm_up_days: 0, drain_days: 0}\n")
    return path


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_signal_in_the_middle_of_a_run(long_run: Path, sent: signal.Signals, code: int) -> None:
    # Tests that a shell runs in the background ignore it, and would hand that down.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        command("run", long_run, "--out", "out", "--engine", "simpy"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        signal.signal(signal.SIGINT, before)
        assert running.stderr is not None
        first = running.stderr.readline()
        assert first.startswith("Simulating long: 10 %"), first
        running.send_signal(sent)
        out, err = running.communicate(timeout=60)
    assert running.returncode == code
    assert out == ""
    assert "Traceback" not in err
    if sent == signal.SIGINT:
        assert err.splitlines()[-1] == "Interrupted; nothing half-written was left."
    assert list(Path.cwd().iterdir()) == []


def test_in_a_process_of_its_own(config: Path) -> None:
    done = process("run", config, "--json", "--quiet", cwd=Path.cwd())
    assert (done.code, done.err) == (0, "")
    assert list(json.loads(done.out)) == KEYS[""]
    done = process("run", config, cwd=Path.cwd())
    assert done.code == 2
    assert "exists already" in done.err
    done = process("run", config, "--set", "period.days=x", cwd=Path.cwd())
    assert (done.code, done.out) == (2, "")
    assert done.err == "Error: --set period.days: must be a whole number, not 'x'\n"
