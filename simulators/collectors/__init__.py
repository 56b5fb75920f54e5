"""Collectors (数据采集器): devices that have read meters already and pass on what they read, by MQTT or HTTPS.

Leaves meters to `simulators.meters` and certificates to `simulators.trust`.
"""
