"""What questions about platforms share: answers, books, accounts and figures, alarms, the truth of a park, load."""
