"""Senders over MQTT."""
