"""What is made of finished runs: judged again, compared, told record by record and figure by figure."""
