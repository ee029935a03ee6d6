"""The plugin `car_wash`, which `salesapp plugins new` copies under another name."""
