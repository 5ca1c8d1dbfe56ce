//! Keeps everything a practice measured and decided, in SQLite or PostgreSQL.
