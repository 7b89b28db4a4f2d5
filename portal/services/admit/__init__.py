"""Who may come in: accounts, sessions, API clients; every act of staff is written to the audit log with it."""
