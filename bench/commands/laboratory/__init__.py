"""The laboratory's day: plan, campaign, pages, register, reports that are issued, the validation file."""
