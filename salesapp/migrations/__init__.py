"""The core's schema, step by step; run by `salesapp upgrade` through `salesapp.store.schema`."""
