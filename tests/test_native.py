"""Functions as machine code: kept, loaded without numba, called with nothing they do not take."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from corridor_sim import compiled, native
from corridor_sim.native import keeping, making
from corridor_sim.native.kinds import Kind, declared, of_arguments

SOURCE = """
import math

def halve(x):
    for n in range(len(x)):
        x[n] *= 0.5

def fill(number, share, flag, pair, table, out):
    first, second = pair
    for row in range(table.shape[0]):
        line = table[row]
        for column in range(table.shape[1]):
            out[row] += line[column] * first[column]
        out[row] += second[row] * number + (share if flag else 0.0)

def grow(x):
    for n in range(len(x)):
        x[n] = math.pow(math.exp(x[n]), 2.0) + math.log(x[n])

def refuse(x):
    if x[0] > 1.0:
        raise OverflowError("no room")
    x[0] = 1.0 // x[1]

def claim(x):
    x[0] = np.zeros(3).sum()
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a module that nobody has compiled."""
    name = f"fresh_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text("import numpy as np\n" + SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return name


def function_of(module: str, name: str) -> FunctionType:
    function: FunctionType = getattr(__import__(module), name)
    return function


def machine_code(module: str, name: str, signature: str) -> Callable[..., Any] | None:
    """Return machine code as a new process would."""
    return compiled.machine_code.__wrapped__(module, name, signature)


def test_it_is_told_that_a_function_is_compiled_and_nothing_where_it_is_there(
    module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = np.ones(1)
    for told in (1, 0):
        compiled._tell.cache_clear()
        halve = machine_code(module, "halve", "void(float64[::1])")
        assert halve is not None
        halve(number)
        assert capsys.readouterr().err.count("compiling draws and statistics (") == told
    assert number[0] == 0.25


@pytest.mark.parametrize("order", ["C", "F", "A"])
def test_numbers_arrays_and_tuples_come_as_they_were_given(module: str, order: str) -> None:
    table = np.arange(12, dtype=np.int32).reshape(3, 4)
    if order == "F":
        table = np.asfortranarray(table)
    if order == "A":
        table = np.repeat(np.repeat(table, 2, axis=0), 2, axis=1)[::2, ::2]
    pair = (np.array([1, -1, 2, 0], dtype=np.int8), np.array([0.5, 1.5, 2.5]))
    pair[0].flags.writeable = False
    out, wanted = np.zeros(3), np.zeros(3)
    function = function_of(module, "fill")
    function(2**40, 0.25, True, pair, table, wanted)
    compiled.compiled.__wrapped__(function)(2**40, 0.25, True, pair, table, out)
    np.testing.assert_array_equal(out, wanted)


def test_functions_of_mathematics_are_those_of_the_system(module: str) -> None:
    x = np.linspace(0.1, 3.0, 50)
    wanted = [math.pow(math.exp(v), 2.0) + math.log(v) for v in x.tolist()]
    compiled.compiled.__wrapped__(function_of(module, "grow"))(x)
    assert x.tolist() == wanted


def test_what_a_function_raises_is_raised(module: str) -> None:
    refuse = compiled.compiled.__wrapped__(function_of(module, "refuse"))
    with pytest.raises(OverflowError, match="no room"):
        refuse(np.array([2.0, 1.0]))
    with pytest.raises(ZeroDivisionError):
        refuse(np.zeros(2))
    x = np.array([0.0, 0.5])
    refuse(x)
    assert x[0] == 2.0


def test_what_needs_more_than_mathematics_is_left_to_numba(module: str) -> None:
    x = np.ones(1)
    function = function_of(module, "claim")

    compiled.compiled.__wrapped__(function)(x)
    assert x[0] == 0.0


def test_arguments_of_another_kind_are_refused(module: str) -> None:
    halve = machine_code(module, "halve", "void(float64[::1])")
    assert halve is not None
    fixed = np.ones(3)
    fixed.flags.writeable = False
    for wrong in (np.ones(3, dtype=np.float32), np.ones((2, 2)), np.ones(6)[::2], fixed, 1.0):
        with pytest.raises(TypeError, match="argument 0 is"):
            halve(wrong)
    with pytest.raises(TypeError, match="2 arguments instead of 1"):
        halve(np.ones(1), np.ones(1))
    with pytest.raises(TypeError, match="list is no array"):
        halve([1.0])
    with pytest.raises(TypeError, match="not aligned"):
        halve(np.frombuffer(bytearray(17), dtype=np.float64, offset=1, count=2))


def test_kinds_are_those_of_the_signature() -> None:
    kinds = declared("void(int64, float64[::1], int32[:, ::1])")
    assert kinds == of_arguments((1, np.ones(1), np.ones((2, 3), dtype=np.int32)))
    assert kinds[2] == Kind("int32", 2, "C", is_written=True)


def test_code_of_an_edited_source_is_made_anew_and_the_old_one_goes(
    module: str, tmp_path: Path
) -> None:
    assert machine_code(module, "halve", "void(float64[::1])") is not None
    (before,) = (tmp_path / "__pycache__").glob("*.halve-*.object")
    path = tmp_path / f"{module}.py"
    path.write_text(path.read_text() + "# edited\n")
    native.source_hash.cache_clear()
    assert machine_code(module, "halve", "void(float64[::1])") is not None
    (after,) = (tmp_path / "__pycache__").glob("*.halve-*.object")
    assert after.name != before.name


@pytest.mark.parametrize("damage", ["cut", "changed", "other", "empty"])
def test_code_that_is_not_whole_is_made_anew(
    module: str, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert machine_code(module, "halve", "void(float64[::1])") is not None
    (file,) = (tmp_path / "__pycache__").glob("*.halve-*.object")
    whole = file.read_bytes()
    changed = bytearray(whole)
    changed[-10] ^= 1
    file.write_bytes(
        {"cut": whole[:-7], "changed": bytes(changed), "other": b"ELF", "empty": b""}[damage]
    )
    capsys.readouterr()
    compiled._tell.cache_clear()
    halve = machine_code(module, "halve", "void(float64[::1])")
    assert halve is not None
    assert "compiling" in capsys.readouterr().err
    compiled._tell.cache_clear()
    machine_code(module, "halve", "void(float64[::1])")
    assert not capsys.readouterr().err


def test_without_a_folder_small_functions_are_not_even_compiled(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compiled._tell.cache_clear()
    # A file where the folder would be: read-only for everybody, the superuser included.
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(keeping, "folders", lambda _: [tmp_path / "file"])
    assert machine_code(module, "halve", "void(float64[::1])") is None
    assert capsys.readouterr().err == ""


def test_a_constant_of_another_module_is_part_of_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"told_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(
        "SCALE = 2.0\ndef inner(x):\n    return x * SCALE\ndef scale(x):\n    x[0] = inner(x[0])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    x = np.ones(1)
    for scale, wanted in ((2.0, 2.0), (7.0, 14.0)):
        # As if it had been imported from a file that was edited.
        monkeypatch.setattr(f"{name}.SCALE", scale)
        code = machine_code(name, "scale", "void(float64[::1])")
        assert code is not None
        code(x)
        assert x[0] == wanted


def test_a_numba_that_cannot_be_imported_is_none(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert machine_code(module, "halve", "void(float64[::1])") is None


def test_addresses_of_older_versions_of_llvm_are_read() -> None:
    line = (
        "define i32 @f(i8** noalias nocapture %retptr, { i8*, i32, i8*, i8*, i32 }** noalias "
        "nocapture %excinfo, i64* nocapture readonly %arg.m, i64 %arg.row, double %arg.share) {"
    )
    assert making._parameters(line, "f") == ("ptr", "ptr", "ptr", "i64", "double")


def test_another_way_of_passing_arguments_is_noticed(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "parameters_of", lambda *_, **__: ("ptr",))
    assert machine_code(module, "halve", "void(float64[::1])") is None


def test_where_the_compiler_is_switched_off_functions_run_as_they_stand(module: str) -> None:
    import numba

    x = np.ones(2)
    function = function_of(module, "halve")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", True)
        assert machine_code(module, "halve", "void(float64[::1])") is None
        compiled._by_numba.cache_clear()
        compiled.compiled.__wrapped__(function)(x)
    compiled._by_numba.cache_clear()
    assert x.tolist() == [0.5, 0.5]


def test_a_folder_named_for_numba_is_taken(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    assert machine_code(module, "halve", "void(float64[::1])") is not None
    assert len(list((tmp_path / "named").glob("*.object"))) == 1


def test_code_that_is_kept_is_loaded_without_numba(module: str, tmp_path: Path) -> None:
    assert machine_code(module, "halve", "void(float64[::1])") is not None
    script = (
        "import sys\nimport numpy as np\nfrom corridor_sim.compiled import machine_code\n"
        f"x = np.ones(1)\nmachine_code('{module}', 'halve', 'void(float64[::1])')(x)\n"
        "print(x[0], 'numba' in sys.modules)\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["0.5", "False"]
    assert done.stderr == ""
