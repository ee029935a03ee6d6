"""Where SQLAlchemy lives: tables, engines, and every statement the core runs."""
