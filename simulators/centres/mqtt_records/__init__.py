"""Platforms that take records over MQTT."""
