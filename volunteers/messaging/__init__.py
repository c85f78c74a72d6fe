"""Messages to volunteers: what may be sent to whom, the outbox, and its delivery. The row is the job."""
