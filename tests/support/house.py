"""Where the house stands: its root, for tests that read what it ships or start a program in it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
