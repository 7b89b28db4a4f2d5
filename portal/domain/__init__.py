"""The rules, pure: nothing here knows of a database, a request or a clock."""
