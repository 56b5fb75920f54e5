"""Management: signed packages, software, configuration from afar, alarms."""
