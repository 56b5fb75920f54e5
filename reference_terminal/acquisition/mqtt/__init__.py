"""Collectors that publish by MQTT 3.1.1 or 5.0."""
