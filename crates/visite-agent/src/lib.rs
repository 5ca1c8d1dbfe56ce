//! Examines a computer on schedule and sends what it saw to the practice's server.
