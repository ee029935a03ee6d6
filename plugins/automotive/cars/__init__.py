"""The cars: in stock, in the customers' hands, and driven to try them."""
