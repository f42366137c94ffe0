"""Object code of what numba has compiled."""

from __future__ import annotations

import re
from typing import Any

from llvmlite import binding as llvm

from corridor_sim.native.keeping import Code
from corridor_sim.native.kinds import Kind
from corridor_sim.native.loading import MATHEMATICS, parameters_of, ready

__all__ = ["object_code"]


def object_code(compiled: Any, kinds: tuple[Kind, ...], *, pointers: bool) -> Code | None:
    """Return the object code of a compiled function.

    Parameters
    ----------
    compiled : numba dispatcher
        A function that is compiled for one signature, without wrappers.
    kinds : tuple of Kind
        Of its arguments.
    pointers : bool
        Whether it takes addresses of arrays.

    Returns
    -------
    Code or None
        None where it needs more than mathematical functions, or takes its arguments in another way
        than is known here.
    """
    (signature,) = compiled.signatures
    symbol = compiled.overloads[signature].fndesc.llvm_func_name
    text = compiled.inspect_llvm(signature)
    needed = set(re.findall(r"^declare [^@]*@\"?([^\"(]+)\"?\(", text, flags=re.MULTILINE))
    if any(not name.startswith("llvm.") and name not in MATHEMATICS for name in needed):
        return None
    parameters = _parameters(text, symbol)
    # Beside its own, a function is told where to put its result and an exception.
    if parameters != ("ptr", "ptr", *parameters_of(kinds, pointers=pointers)):
        return None
    ready()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        reloc="default",
        codemodel="jitdefault",
        jit=True,
    )
    return Code(symbol, parameters, machine.emit_object(llvm.parse_assembly(text)))


def _parameters(text: str, symbol: str) -> tuple[str, ...]:
    """Return the types of the parameters of a function, none where it is not found."""
    for line in text.splitlines():
        for name in (f"@{symbol}(", f'@"{symbol}"('):
            if line.startswith("define ") and name in line:
                inside = line[line.index(name) + len(name) :]
                # Attributes of parameters have brackets of their own.
                # Older versions of LLVM tell what an address is of.
                found = re.findall(r"(?:^|, )(\{[^}]*\}\**|\w+\**) (?:[^%]*)%", inside)
                return tuple("ptr" if kind.endswith("*") else kind for kind in found)
    return ()
