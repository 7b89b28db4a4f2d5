"""Use cases of the citizen: rate, change within ten minutes, add what is optional within a day."""
