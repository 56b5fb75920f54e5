"""A complete carbon-emission monitoring terminal: meters to centres, durable in between.

Leaves everything about testing it to others; it imports no other room of the project.
"""

from reference_terminal.assembly import Terminal
from reference_terminal.model.clock import Clock
from reference_terminal.platform import Platform
from reference_terminal.settings.config import Config, ConfigError, load_config

__all__ = ["Clock", "Config", "ConfigError", "Platform", "Terminal", "load_config"]
