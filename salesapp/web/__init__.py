"""Pages: each file parses a request, calls a service and renders; it holds no query and no rule."""
