"""Configuration of the documentation; ``make docs`` builds it."""  # noqa: INP001 - no package

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

from corridor_sim import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

project = "corridor_sim"
author = "The corridor_sim developers"
copyright = "the corridor_sim developers, Apache-2.0"  # noqa: A001 - Sphinx calls it so
release = version = __version__
language = "en_GB"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "data_tables",
]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = f"corridor_sim {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["width.css"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# Docstrings name things in single backticks; what is public becomes a link.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "separated"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True


def setup(app: Sphinx) -> None:
    """Let tables stand in blocks of their own kind; no lexer colours them."""
    app.add_lexer("csv", TextLexer)
