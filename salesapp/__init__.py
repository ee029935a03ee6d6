"""SalesApp: the sales process of a small business, hosted by itself and bent to its trade by plugins."""

__version__ = "0.1.0"
