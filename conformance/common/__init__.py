"""What several questions share: truth, times, readings, delivery, accuracy, retention, queries, actions."""
