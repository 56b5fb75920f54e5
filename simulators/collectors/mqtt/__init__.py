"""Collectors that publish by MQTT."""
